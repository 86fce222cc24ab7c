/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "request/proxmox/conf.h"
#include "request/proxmox/mapping.h"
#include "request/request.h"
#include "request/selection.h"

#include <stdbool.h>
#include <stddef.h>

/* What a guest of Proxmox wants, from the files that Proxmox has about it. */

struct proxmox_device {
	struct selection selection;
	char source[16]; /* what gives it to the guest: "hostpci0", "args" */
	bool keep;       /* driver=keep: Proxmox leaves it to others to hand the device over */
	/* What a mapping says that stands there; id is empty: nothing is said. iommu_group is -1
	   for all but the first of a set, as Proxmox compares no others. */
	struct proxmox_identity identity;
};

struct proxmox_guest {
	char guest[GUEST_SIZE];       /* the key: "proxmox:100" */
	char title[TITLE_SIZE];       /* for people: "proxmox:100 (win11)", or as the key */
	char name[PROXMOX_NAME_SIZE]; /* "win11"; empty: none */
	char lock[PROXMOX_LOCK_SIZE]; /* "backup": it is started for its backup; empty: none */
	bool container;               /* an LXC container, which gets no PCI device */
	bool template;                /* gets what stands in args, and no hostpciN */
	bool mediated;                /* gets a share (mdev=) of a device that stays the host's */
	struct proxmox_device devices[SELECTIONS_MAX]; /* no two of them overlap */
	size_t device_count;
};

/*
 * Reads below root what the guest VMID of this node would get if it were started now: now_s, in
 * seconds since 1970. migrated_from is the node that it comes from (PVE_MIGRATED_FROM), where its
 * configuration still is while it is started here, or NULL.
 *
 * Of a mapping's alternatives Proxmox takes the first of which no device is another guest's
 * (choose_hostpci_devices in PVE::QemuServer::PCI), but only after its hook has run. So the choice
 * is foretold, and refused if it cannot be: if it hangs on a guest that is just being started.
 *
 * -ENOENT: there is no such guest here. -EINVAL: its configuration is not right, with file and
 * line, or migrated_from cannot be a node's name. -EBUSY: none of the alternatives is free, or
 * which one will be is not known yet. -E2BIG, -EFBIG, and what reading files gives. *ret is
 * untouched on failure.
 */
int proxmox_read(int root, unsigned int vmid, const char *migrated_from, long long now_s,
	struct proxmox_guest *ret, struct error *error) MUST_CHECK;
