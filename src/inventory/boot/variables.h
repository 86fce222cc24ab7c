/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/line.h"
#include "inventory/boot/shell.h"

/*
 * What a shell makes of the variables in the files that it reads one after the other, as far as can
 * be told without executing them: each word of a variable with where it comes from.
 */

#define VARIABLES_MAX 256

struct variable {
	char name[64];
	char *value;
	struct boot_lines words; /* and, as BOOT_LINE_UNKNOWN, what else may be in it */
};

/* Starts as {0}; not small. */
struct variables {
	struct variable all[VARIABLES_MAX];
	size_t count;
	struct boot_lines sourced; /* commands that read other files, as BOOT_LINE_UNKNOWN */
};

/* Takes up what the next file does to them. path: the file's. -ENOMEM. */
int variables_take(struct variables *variables, const char *path, const char *data, size_t length)
	MUST_CHECK;
void variables_free(struct variables *variables);

/* Appends the words that the variable has, and what of it is not known. -ENOMEM. */
int variables_words(struct variables *variables, const char *name, struct boot_lines *ret)
	MUST_CHECK;
