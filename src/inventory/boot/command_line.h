/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"

/*
 * The words of the kernel's command line, as the kernel splits them (lib/cmdline.c: next_arg):
 * blanks within double quotes do not end a word. In the name of a parameter, what stands before
 * '=', '-' and '_' are the same (kernel/params.c: parameq).
 */

/* Appends the words, quotes and all. -ENOMEM. */
int command_line_split(const char *data, size_t length, struct names *ret) MUST_CHECK;

/* Are two words the same parameter with the same value? */
bool command_line_same(const char *a, const char *b);
bool command_line_has(const struct names *words, const char *word);

/* What follows "KEY=" the last time that it is there; "" if it has no value; NULL: it is not there.
 */
const char *command_line_value(const struct names *words, const char *key);
