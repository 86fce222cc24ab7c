/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

#include <sys/stat.h>
#include <time.h>

/* Which files there are below /boot and /efi, and images beside the modules of a kernel. */
struct fresh {
	int root;
	int (*found)(void *context, const char *path, const struct stat *stat);
	void *context;
};

/* Was it written since then (since 1970)? One that was written a moment before may count. */
bool fresh_is(const struct stat *stat, time_t since_s);

/* Calls found until it returns other than 0, and returns that; -ENOMEM. */
int fresh_find(const struct fresh *fresh) MUST_CHECK;

/*
 * Appends the files there that the machine starts from, with what tells whether they are the same
 * later: two such lists are equal if none was made, written or removed in between. -ENOMEM.
 */
int fresh_list(int root, struct text *ret) MUST_CHECK;

/* Is the file in such a list? */
bool fresh_lists(const struct text *list, const char *path);
