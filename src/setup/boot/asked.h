/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "setup/boot/planning.h"

/*
 * Programs of the system's own that keep the words of the kernel's command line themselves, and are
 * asked to add some or to take them away.
 */
bool asked_keeps(const struct loader *loader);

/* Plans to have the words added, or taken away; and on the way back the opposite. */
int asked_plan(struct planning *planning, bool add, const struct names *words) MUST_CHECK;

/* The same as a person would type it. */
int asked_format(const struct loader *loader, bool add, const struct names *words, struct text *ret)
	MUST_CHECK;

/*
 * Such a program takes a word from every kernel, and gives it to every one: do all have it, so that
 * it can be given back?
 */
bool asked_all_have(int root, const struct loader *loader, const char *word);
