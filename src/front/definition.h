/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"
#include "request/configuration.h"
#include "request/proxmox/guest.h"

/* A guest that is configured here, running or not, and what its definition asks for. */

enum hypervisor {
	HYPERVISOR_LIBVIRT,
	HYPERVISOR_PROXMOX,
	HYPERVISOR_UNIT, /* a unit whose program is `baton run` */
};

struct definition {
	enum hypervisor hypervisor;
	char key[GUEST_SIZE]; /* as its door has it: "libvirt:UUID", "proxmox:100", "qemu:win11" */
	char title[TITLE_SIZE]; /* as its door has it: "libvirt:win11", "proxmox:100" */
	char name[TITLE_SIZE];  /* of guests/NAME.conf: "win11", "100" */
	unsigned int vmid;      /* of Proxmox's */
	char hookscript[512];   /* of Proxmox's: a volume; empty: none */
	char unit[CONFIGURATION_UNIT_SIZE];
};

/*
 * The guest that a word names: "win11", "libvirt:win11", "100", "proxmox:100", "qemu:win11".
 * -ENOENT: none. -EINVAL: more than one, or its definition is not right. -EACCES: the definitions
 * may not be read, and what others give.
 */
int definition_find(int root, enum configuration_owner owner, const char *word,
	struct definition *ret, struct error *error) MUST_CHECK;

/*
 * Adds the devices that the guest would get if it were started now, as its door would.
 * request->later is set where libvirt chooses one later. -EOPNOTSUPP: they stand in a unit's
 * command line.
 */
int definition_add(int root, const struct definition *definition, const struct host *host,
	struct request *request, struct error *error) MUST_CHECK;

/* The same for a guest of Proxmox whose files have been read: what stands at the addresses is held
 * against what its mappings say (-ESTALE). */
int definition_add_proxmox(const struct proxmox_guest *guest, const struct host *host,
	struct request *request, struct error *error) MUST_CHECK;

/* The name and the number of a request for this guest. */
void definition_name(const struct definition *definition, struct request *request);
