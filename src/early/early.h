/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Gives vfio-pci what is assigned to it (early/assigned.h), in the initramfs and before any other
 * driver comes. Whatever is wrong is said, and the machine goes on starting without that: a
 * function of which anything is not as it is written there is left to the host, and one that
 * vfio-pci does not take is given back.
 *
 * What became of each function is said in the kernel's log, and kept in EARLY_RESULT for whoever
 * asks later: a line each, "ADDRESS taken SENTENCE" or "ADDRESS left SENTENCE"; "- left SENTENCE":
 * of all of them.
 */
#define EARLY_RESULT "/run/baton-early"
#define EARLY_SKIP   "baton.skip" /* on the kernel's command line: nothing is taken */

struct early {
	int root;     /* the directory "/" */
	bool initial; /* it is the initramfs, and so nothing uses any device yet */

	/* Loads vfio-pci. false: it cannot be had. */
	bool (*load)(void *context);
	/* Something was written there; NULL, but for tests, which have no kernel. */
	void (*written)(void *context, const char *path, const char *value);
	void *context;
};

/*
 * May a driver that was there first be told to let go of a device of that class, in the initramfs?
 * Nobody uses sound or USB there yet (0c: USB, and what a card has for its USB-C port); a driver of
 * a picture, a disk or a network may not let go, and may be needed.
 */
static inline bool early_may_free(uint32_t class) {
	return class >> 16 == 0x04 || class >> 16 == 0x0c;
}

void early_run(const struct early *early);
