/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

/* Commands for people to copy into a shell. */

/* Appends a word, in quotes if anything in it could mean something to a shell. -ENOMEM. */
int shell_word(const char *word, struct text *ret) MUST_CHECK;

/*
 * Appends blank and word to the line that the text ends with; where that would become long, in a
 * line of its own, indented, behind a backslash.
 */
int shell_next(const char *word, struct text *ret) MUST_CHECK;
