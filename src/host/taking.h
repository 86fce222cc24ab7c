/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The words that scripts, rules and units have in them which take a device from its driver or give
 * it to VFIO.
 */

/* The first of these words that the text has, or NULL. */
const char *taking_word(const char *data, size_t length);

/* Where a script has one, comments aside. */
struct taking {
	const char *word;
	unsigned int line;
	char *text; /* that line, without blanks around it; taking_done frees it */
};

/* False: it has none, is a program and no text, or cannot be read. */
bool taking_find(int root, const char *path, struct taking *ret);
void taking_done(struct taking *taking);

/*
 * The same for a command: in itself ("/bin/sh -c 'echo ... >/sys/.../new_id'"), or in a script that
 * it names by its path. ret_script is then that path, to be freed; line is 0 and text NULL for the
 * command itself.
 */
bool taking_find_in_command(int root, const char *command, struct taking *ret, char **ret_script);
