/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "request/selection.h"

#include <stdbool.h>
#include <stddef.h>

#define PROXMOX_SET_MAX 16

/* Devices that Proxmox gives to a guest together, as one device of several functions. */
struct proxmox_set {
	struct selection selections[PROXMOX_SET_MAX];
	size_t count;
};

/* May an address come without its domain, which is 0000 then? */
enum proxmox_domain {
	PROXMOX_DOMAIN_MAY_BE_LEFT_OUT,
	PROXMOX_DOMAIN_REQUIRED
};

/*
 * "0000:01:00.0;0000:01:00.1", as in host= of hostpciN and in path= of a mapping ($PCIRE in
 * PVE::QemuServer::PCI, $PCI_RE in PVE::Mapping::PCI): small letters only; without a function, all
 * functions of the slot are meant. -EINVAL, -E2BIG for more than PROXMOX_SET_MAX. *ret is untouched
 * on failure.
 */
int proxmox_set_parse(const char *ids, enum proxmox_domain domain, struct proxmox_set *ret,
	struct error *error) MUST_CHECK;

/* Does a selection share a device with the set? */
bool proxmox_set_overlaps(const struct proxmox_set *set, const struct selection *selection);
