/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/boot.h"

#define VFIO_MODULE "vfio_pci" /* the module */

/* Who gets a device at boot, while that is found out: for winner.c and what it is made of. */
struct contest {
	int root;
	const struct host *host;
	const struct boot *boot;
	const struct names *modules; /* those that say that they fit */
	struct boot_device *device;
	char natural[MODULE_SIZE];    /* the module that the system would load; empty: none */
	const struct boot_line *kept; /* what keeps the host's module from being loaded */
	struct rebinders rebinders;
	const struct rebinder *ids, *argument_ids, *driverctl, *other;
	const struct assignment *assigned; /* what gives it to VFIO in the initramfs, or NULL */
	const struct boot_line *early;     /* what loads VFIO before the host's module, or NULL */
	struct boot_line first;            /* the line of another card's, where that is why */
	struct boot_line next_ids;         /* of the next command line, or given to it where it is
					      loaded in the initramfs; no text: none */
};

/*
 * Everything that an on-demand machine can do without, into the device's lines. What only loads
 * VFIO takes no device, so it counts only along with what gives it ids. -ENOMEM.
 */
int contest_gather_lines(struct contest *contest) MUST_CHECK;
