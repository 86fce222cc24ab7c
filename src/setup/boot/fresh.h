/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

#include <sys/stat.h>
#include <time.h>

/*
 * Which files there are below /boot and /efi, where the machine starts from, that were written
 * since then. One that was written a moment before may be among them.
 */
struct fresh {
	int root;
	time_t since_s; /* since 1970 */
	int (*found)(void *context, const char *path, const struct stat *stat);
	void *context;
};

/* Calls found until it returns other than 0, and returns that; -ENOMEM. */
int fresh_find(const struct fresh *fresh) MUST_CHECK;

/*
 * Appends all files there with what tells whether they are the same later: two such lists are equal
 * if nothing was made, written or removed in between. -ENOMEM.
 */
int fresh_list(int root, struct text *ret) MUST_CHECK;
