/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

/*
 * Appends what makes `after` of `before` as a unified diff with three lines around each change,
 * such as patch(1) takes; nothing at all if they are equal. names are for its first two lines.
 * -E2BIG: they differ in more than DIFF_MAX lines; -ENOMEM.
 */
#define DIFF_MAX 2048

int diff_unified(const char *name_before, const char *name_after, const struct text *before,
	const struct text *after, struct text *ret) MUST_CHECK;
