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

/* Does it give vfio-pci ids, which it then has for every device that matches them? */
bool taking_gives_ids(const char *text);

/* Where a script has one, comments aside. */
struct taking {
	const char *word;
	unsigned int line; /* the first that has one */
	char *text;        /* that line, without blanks around it; taking_done frees it */
	bool ids;          /* some line gives ids */
};

/*
 * False: it has none, is a program and no text, or cannot be read. Nothing but a plain file outside
 * /dev, /proc and /sys is opened, and a file whose server is dead does not keep the caller.
 */
bool taking_find(int root, const char *path, struct taking *ret);
void taking_done(struct taking *taking);

/*
 * Has a command one, in itself ("/bin/sh -c 'echo ... >/sys/.../new_id'") or in a script that it
 * names by its path?
 */
bool taking_find_in_command(int root, const char *command, bool *ret_ids);
