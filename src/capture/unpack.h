/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"

#include <stddef.h>

/*
 * A machine that was text becomes a directory, which is read like any other root. That it is one
 * keeps every reader as it is; that nothing can be written or made outside of it, whatever the text
 * says, is the kernel's doing: every path is opened below its descriptor (RESOLVE_IN_ROOT), and
 * only directories, plain files and links are made.
 */
struct unpacked {
	char path[128];
	int root;
};

/* Below $TMPDIR, in memory or in /tmp. -errno with a sentence; nothing is left then. */
int unpack(const char *text, size_t length, struct unpacked *ret, struct error *error) MUST_CHECK;

/*
 * The same from a file (TEXT_MAX), for as long as this process lives: a child that waits for its
 * end removes the directory also where nothing else is done any more.
 */
int unpack_file(const char *path, struct unpacked *ret, struct error *error) MUST_CHECK;

/* Removes the directory. */
void unpacked_remove(struct unpacked *unpacked);

#define AUTO_UNPACKED CLEANUP(unpacked_remove)
