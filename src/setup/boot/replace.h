/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

#include <sys/stat.h>

/*
 * Whole files of the system's, below a root. Whoever reads one, also after a crash, finds the
 * former content or the new one. Paths are without links: they were followed when it was planned.
 */
struct replacement {
	const char *path;
	const struct text *content;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/* On the disk when it returns. Attributes that the former file has (SELinux) go over to it. */
int replace_file(int root, const struct replacement *replacement) MUST_CHECK;

/* Takes away what an interrupted replace_file has left. */
int replace_clear(int root, const char *path) MUST_CHECK;
int replace_remove(int root, const char *path) MUST_CHECK;

/* A directory: -EEXIST. And away with it, if nothing is in it, and it is one. */
int replace_make_directory(int root, const char *path) MUST_CHECK;
int replace_remove_directory(int root, const char *path) MUST_CHECK;

/* -ENOENT; -ELOOP: it is a link by now; -EFBIG above a megabyte. */
int replaced_read(int root, const char *path, char **ret, size_t *ret_length, struct stat *ret_stat)
	MUST_CHECK;
