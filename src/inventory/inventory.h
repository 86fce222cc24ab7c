/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/attached.h"
#include "inventory/detail.h"
#include "inventory/iommu.h"
#include "inventory/numa.h"
#include "inventory/topology.h"

/*
 * What the machine has beyond the snapshot, for people and for advice: list, report, check, advise
 * and capture read it, and no hand-over does (tests/tidy sees to that). All of it is read below a
 * root directory. The whole costs a constant number of file operations for each device and each
 * thing that hangs on one, so it grows with them and no faster.
 *
 *	AUTO_INVENTORY struct inventory inventory = {0};
 *	int r = host_read(root, &host, &error);
 *	r = r < 0 ? r : inventory_read(root, &host, &inventory, &error);
 *
 *	detail = inventory_detail(&inventory, device->address);
 *	attached = attached_of(&inventory.attachments, device->address, &count);
 *
 * Who needs one part alone calls that part's own reader.
 *
 * What tells one piece from all others of its kind (serial numbers, hardware addresses, addresses
 * of the internet) stands in fields called `secret` and nowhere else, so that what people post can
 * leave them out.
 */
struct inventory {
	struct topology topology;
	struct numa numa;
	struct iommu iommu;
	struct detail *details; /* of host->devices, in their order */
	size_t detail_count;
	struct attachments attachments;
};

/* What cannot be read is left empty. Fails only if memory runs out; *ret is untouched then. */
int inventory_read(int root, const struct host *host, struct inventory *ret, struct error *error)
	MUST_CHECK;
void inventory_free(struct inventory *inventory);

#define AUTO_INVENTORY CLEANUP(inventory_free)

/* NULL if there is no such device. */
const struct detail *inventory_detail(const struct inventory *inventory, struct address device);
