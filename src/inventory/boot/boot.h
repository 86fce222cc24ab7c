/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/driver/rebinder.h"
#include "inventory/boot/assignment.h"
#include "inventory/boot/cause.h"
#include "inventory/boot/initramfs.h"
#include "inventory/boot/loader.h"
#include "inventory/candidates.h"

/*
 * What the machine does with its cards when it starts, and why: everything that has a say in it, by
 * file and line. Reads only.
 */

enum winner {
	WINNER_HOST,   /* the host's driver */
	WINNER_VFIO,   /* vfio-pci */
	WINNER_OTHER,  /* another that was named for the device */
	WINNER_NOBODY, /* no driver at all */
	WINNER_OPEN,   /* it depends on who is first, or on a program */
};

/* One function of a card. */
struct boot_device {
	const struct device *device;
	enum winner winner;
	char driver[DRIVER_SIZE]; /* the winner, or the one that might be; empty: none */
	struct text because;      /* a sentence without an end */
	struct boot_lines lines;  /* what keeps the host from using it, or may: for on-demand use
				     nothing of it is needed */
};

struct boot {
	struct names running; /* words of this kernel's command line */
	struct loader_found loader;
	struct boot_lines next; /* words that the next boot is to have, in order */
	bool next_known;        /* all of them */
	struct cause cause;
	const struct initramfs *initramfs;
	struct assignments assigned;
	bool vfio_built_in;
	struct boot_lines lines;     /* all that load modules, or keep them from being loaded, and
					have to do with the cards */
	struct boot_device *devices; /* every function of every card, ordered by address */
	size_t device_count;
};

/* Keeps pointers into host. Fails only if memory runs out; *ret is untouched then. */
int boot_read(int root, const struct host *host, struct boot *ret, struct error *error) MUST_CHECK;
void boot_free(struct boot *boot);

#define AUTO_BOOT CLEANUP(boot_free)

const char *winner_name(enum winner winner); /* "host": in JSON */

/* Finds who wins a device, and why; the rest of boot must have been read. -ENOMEM. */
int winner_find(int root, const struct host *host, const struct boot *boot,
	const struct names *modules, struct boot_device *device) MUST_CHECK;
