/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

/*
 * Undoes in `now`, which somebody has changed since, what lay between before and after: each part
 * where the lines around it are as they were left, and only there. Writes the new text into *ret,
 * which is empty. -EINVAL: of some part that place is not certain, and nothing is done; -ENOMEM.
 */
int put_back(const struct text *before, const struct text *after, const struct text *now,
	struct text *ret) MUST_CHECK;

/* Appends the lines of before that after has not, for people: "a; b". */
int put_back_list(const struct text *before, const struct text *after, struct text *ret) MUST_CHECK;
