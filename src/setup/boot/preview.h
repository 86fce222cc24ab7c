/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "setup/boot/plan.h"

#include <sys/stat.h>

/*
 * What a row of changes would come to, without any of them being made: a plan from each file as it
 * is to what it would be in the end.
 */

/* The file as it would be by now. 0: nothing was said of it yet; 1: *ret has it; -ENOENT. */
int preview_read(const struct boot_plan *preview, const char *path, struct text *ret,
	struct stat *ret_stat) MUST_CHECK;

/* content: NULL: the file would be gone. stat may be NULL. */
int preview_put(struct boot_plan *preview, int root, const char *path, const struct text *content,
	const struct stat *stat) MUST_CHECK;

int preview_run(struct boot_plan *preview, const struct names *words) MUST_CHECK;
