/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* "As before", judged by the program `dump` (dump.c), which shares no code with baton. */

/*
 * What `dump ADDRESS...` prints now; addresses ends with a NULL, and none at all means all
 * functions. NULL if it cannot be run. The caller frees it.
 */
char *before_take(char *const *addresses);

/*
 * Calls different for every line that only one of the two dumps has, in their order; sign is '-'
 * for the first and '+' for the second.
 */
void before_compare(const char *before, const char *now,
	void (*different)(void *context, char sign, const char *line, size_t length),
	void *context);
