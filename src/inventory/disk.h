/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/usb.h"

/* A block device, and where it stands in the tree: once below each thing that it is made of. */
struct block {
	uint32_t major;
	uint32_t minor;
	char name[LABEL_SIZE]; /* "nvme0n1p2" */
	char *link;            /* where sysfs has it */
	char pool[LABEL_SIZE]; /* of ZFS, which it is a member of; empty: none */
	bool placed;
	size_t *places; /* indices in the tree */
	size_t place_count;
};

struct disks {
	struct block *blocks; /* ordered by name */
	size_t count;
	const struct block **by_number;
};

/* Adds disks, their partitions and the volumes on them, without serial numbers that the disk itself
 * would be asked for. -ENOMEM, -E2BIG. */
int disks_read(int root, const struct usb_places *usb, struct growing *growing, struct disks *ret)
	MUST_CHECK;
void disks_free(struct disks *disks);

#define AUTO_DISKS CLEANUP(disks_free)

/* NULL if there is none. */
const struct block *disks_find(const struct disks *disks, const char *name);
const struct block *disks_find_number(const struct disks *disks, uint32_t major, uint32_t minor);

/* The kernel's name of what "/dev/mapper/vg-home" leads to: "dm-0". -ENOENT: no node at all. */
int disks_name_of(int root, const char *path, char ret[LABEL_SIZE]) MUST_CHECK;
