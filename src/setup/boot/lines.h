/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

/*
 * Takes the lines that have come between before and after out of now, which somebody has changed
 * since, wherever they stand there; all others stay. Writes the new text into *ret, which is empty.
 */
int lines_take_back(const struct text *before, const struct text *after, const struct text *now,
	struct text *ret) MUST_CHECK;
