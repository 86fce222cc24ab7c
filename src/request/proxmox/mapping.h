/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "request/proxmox/set.h"

#include <stddef.h>

/*
 * /etc/pve/mapping/pci.cfg: names for PCI devices that hold on every node of a cluster
 * (contracts.md A4; PVE::SectionConfig, PVE::Mapping::PCI).
 *
 *     gpu0
 *     	map id=10de:1f08,iommugroup=14,node=pve1,path=0000:02:00,subsystem-id=1043:86f0
 *
 * A section goes to the next empty line. Several map lines for one node are alternatives: the guest
 * gets the first one that is free.
 */

#define PROXMOX_MAPPING_FILE     "/etc/pve/mapping/pci.cfg"
#define PROXMOX_MAPPING_FILE_MAX ((size_t)4 << 20) /* bytes */
#define PROXMOX_ALTERNATIVES_MAX 16

/* What stands at the addresses, as the map line has it; else Proxmox does not start the guest. */
struct proxmox_identity {
	char id[sizeof("10de:1f08")];           /* vendor and device, of each address */
	char subsystem_id[sizeof("10de:1f08")]; /* of each address; empty: it has none */
	int iommu_group;                        /* of the first address; -1: it has none */
};

struct proxmox_alternative {
	struct proxmox_set set;
	struct proxmox_identity identity;
};

struct proxmox_mapping {
	struct proxmox_alternative alternatives[PROXMOX_ALTERNATIVES_MAX];
	size_t count; /* at least 1 */
};

/*
 * What the mapping means on the node. The text needs no zero at its end. -EINVAL: there is no such
 * mapping, it has nothing on this node, or a map line is not right ("FILE:LINE: ..."); -E2BIG,
 * -EFBIG. *ret is untouched on failure. Lines that are no part of the mapping are not judged.
 */
int proxmox_mapping_parse(const char *data, size_t length, const char *name, const char *node,
	struct proxmox_mapping *ret, struct error *error) MUST_CHECK;
