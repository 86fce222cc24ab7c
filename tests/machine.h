/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stddef.h>

/*
 * A machine made of text: tests/machines/NAME.umockdev (format: tests/machines/README.md) becomes a
 * directory that the code under test reads as it reads "/". A change made to one is seen by whoever
 * reads it next, so a test can take a machine and break it.
 *
 * All calls return 0 or -errno; paths are below the machine's root, with or without a slash.
 */
struct machine {
	char path[128];
	int root; /* for host_read and the like */
};

/* Also of a file anywhere else, if the name is an absolute path. */
int machine_load(const char *name, struct machine *ret) MUST_CHECK;

/* From a text in the same format. */
int machine_make(const char *text, size_t length, struct machine *ret) MUST_CHECK;

/* Writes a whole file and the directories above it. */
int machine_write(const struct machine *machine, const char *path, const char *data) MUST_CHECK;
int machine_link(const struct machine *machine, const char *path, const char *target) MUST_CHECK;
int machine_remove(const struct machine *machine, const char *path) MUST_CHECK; /* and all below */

/* Removes the directory. */
void machine_free(struct machine *machine);

#define AUTO_MACHINE CLEANUP(machine_free)
