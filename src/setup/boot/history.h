/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <limits.h>

#include "setup/boot/plan.h"

/*
 * What baton has changed for the next boot, in /var/lib/baton/boot: a directory for each time, by
 * number, with a record and the whole content of each file before and after. It is there, complete
 * and on the disk, before anything is changed, and gone when everything is as before. The record is
 * text: words in tokens (base/text.h), a line each, with a checksum of each content.
 */
#define HISTORY_DIRECTORY "/var/lib/baton/boot"

enum history_state {
	HISTORY_MAKING, /* begun: whoever finds it takes it back */
	HISTORY_MADE,
	HISTORY_UNDOING /* begun to be taken back: whoever finds it goes on */
};

/* directory: that of all, open. Writes a new one; *ret_number: its. */
int history_create(int directory, const struct boot_plan *plan, unsigned int *ret_number,
	struct error *error) MUST_CHECK;

/* The last one before that number, or 0: there is none. Clears away what a death has left
 * unfinished. */
int history_last(int directory, unsigned int before, unsigned int *ret_number, struct error *error)
	MUST_CHECK;

#define HISTORY_ALL UINT_MAX /* before no number: the last one of all */

/* The same, and nothing is cleared away. */
int history_find(int directory, unsigned int before, unsigned int *ret_number, struct error *error)
	MUST_CHECK;

int history_load(int directory, unsigned int number, struct boot_plan *ret,
	enum history_state *ret_state, struct error *error) MUST_CHECK;
int history_set(int directory, unsigned int number, const struct boot_plan *plan,
	enum history_state state, struct error *error) MUST_CHECK;
int history_remove(int directory, unsigned int number, struct error *error) MUST_CHECK;

/* What programs have printed is kept beside the record, up to a limit. Nothing depends on it. */
void history_keep_output(int directory, unsigned int number, const char *data, size_t length);

/* The record as text, and back: only its contents' checksums are in it. -EINVAL. */
int history_format(const struct boot_plan *plan, enum history_state state, struct text *ret)
	MUST_CHECK;
int history_parse(const char *data, size_t length, struct boot_plan *ret,
	enum history_state *ret_state, uint64_t sums[BOOT_FILES_MAX][2], struct error *error)
	MUST_CHECK;
