/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"

#include <stddef.h>

/*
 * A machine as text (tests/machines/README.md has the format). It may come from anywhere: from a
 * bug report, cut off, or from somebody who means ill.
 */

/* Of a file, of one path, and of what a text may make: directories, files and links together. */
#define TEXT_MAX         ((size_t)64 << 20)
#define TEXT_PATH_MAX    1024
#define TEXT_ENTRIES_MAX 2000000

/* In the head and at the end of those that baton wrote: where the end is missing, so is more. */
#define TEXT_WRITTEN "\n# written by baton capture"
#define TEXT_END     "\n# the end\n"

/*
 * Is told what is there, in the order of the lines. Paths are absolute, have no ".", no ".." and no
 * empty component; a link's target is text, and may be anything. Links may stand where directories
 * are expected later. Each returns 0 or -errno, which ends the reading.
 */
struct text_sink {
	int (*directory)(void *context, const char *path);
	int (*file)(void *context, const char *path, const char *data, size_t length);
	int (*link)(void *context, const char *path, const char *target);
	int (*mode)(void *context, const char *path, unsigned int mode);
	void *context;
};

/* -EINVAL or what the sink returned; the sentence names the line. data is taken apart in place. */
int text_read(char *data, size_t length, const struct text_sink *sink, struct error *error)
	MUST_CHECK;
