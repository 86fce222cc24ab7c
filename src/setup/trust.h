/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/macros.h"

#include <limits.h>
#include <sys/stat.h>

/*
 * Who can write a file or anything above it can have it executed, or read, as something else. So
 * from the root down to the end of the path, through all links on the way, everything has to belong
 * to one user, and nobody else may write it.
 */

/* Where a path ends when its links are followed. */
struct trusted {
	char path[PATH_MAX];
	struct stat stat;
};

/*
 * Below the directory root, on the real machine for owner 0. -EPERM names what others can write and
 * the remedy. -ENOENT: it is not there, and everything above it that is there is sound. *ret is
 * untouched on failure.
 */
int trust_check(int root, uid_t owner, const char *path, struct trusted *ret, struct error *error)
	MUST_CHECK;

/* The same for the directory and what is in it, two levels deep. No directory is fine. */
int trust_check_tree(int root, uid_t owner, const char *path, struct error *error) MUST_CHECK;
