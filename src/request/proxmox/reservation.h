/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "request/selection.h"

#include <stddef.h>

/*
 * /run/qemu-server/pci-id-reservations: which guest has which device (contracts.md A6;
 * reserve_pci_usage in PVE::QemuServer::PCI). Lines "ADDRESS VMID pid:PID", of a guest that was
 * started, and "ADDRESS VMID time:SECONDS", of one that is being started: good until then.
 */

#define PROXMOX_RESERVATIONS_FILE     "/run/qemu-server/pci-id-reservations"
#define PROXMOX_RESERVATIONS_FILE_MAX ((size_t)1 << 20) /* bytes */
#define PROXMOX_RESERVATIONS_MAX      512

struct proxmox_reservation {
	struct selection selection;
	unsigned int vmid;
	unsigned int pid;  /* 0: until_s holds */
	long long until_s; /* since 1970 */
};

struct proxmox_reservations {
	struct proxmox_reservation reservations[PROXMOX_RESERVATIONS_MAX];
	size_t count;
};

/*
 * Parses the text, which needs no zero at its end. A line of another form is passed over, as
 * Proxmox does; of two for one address the last counts. -E2BIG. *ret is untouched on failure.
 */
int proxmox_reservations_parse(const char *data, size_t length, struct proxmox_reservations *ret,
	struct error *error) MUST_CHECK;
