/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Reads that may never return are made aside, in a child. The kernel shows some attributes of a
 * device only under the device's lock (driver_override: drivers/pci/pci-sysfs.c) or after it has
 * woken the device (config), and that lock is held as long as a bind or an unbind runs: with a
 * driver that does not let go, for ever. A reader that waits for it cannot be killed, so it must
 * not be us.
 */
struct aside {
	/* Reads item `index` and writes its value, size bytes; runs in the child. */
	void (*read)(void *context, size_t index, void *ret_value);
	void *context;
	size_t size;     /* of one value */
	int root;        /* the one descriptor that read may use; the child closes all others */
	int patience_ms; /* a child that sleeps in the kernel this long is stuck */
	int limit_ms;    /* and any other that has come no further this long */
};

/*
 * Reads count values into ret_values. ret_answered[i]: did the kernel answer? A value without an
 * answer is left zero. Fails only if there is no child to be had (-EAGAIN, -ENOMEM, -EMFILE).
 */
int aside_read(const struct aside *aside, size_t count, void *ret_values, bool *ret_answered)
	MUST_CHECK;

/*
 * A file below a directory, as file_read has it (base/file.h), read by a child that has that
 * directory alone. -ETIMEDOUT: the kernel does not answer; -EAGAIN, -ENOMEM, -EMFILE as above.
 */
int aside_read_file(int directory, const char *path, size_t limit, char **ret, size_t *ret_length)
	MUST_CHECK;

/*
 * Zeroed memory that the children write into and we read, for what does not fit into values; made
 * before aside_read. Pages that nobody touches cost nothing. NULL: there is none.
 */
void *aside_memory_new(size_t size);
void aside_memory_free(void *memory, size_t size);
