/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>

/*
 * One line of a udev rules file (udev(7)), taken apart: KEY{attribute} operator "value", separated
 * by commas.
 */
struct udev_token {
	const char *key;       /* "ATTR" */
	const char *attribute; /* "vendor"; empty: none */
	const char *value;
	bool match;   /* == or != */
	bool negated; /* != */
};

/* Takes the next token off *rest, which is written to. False: there is none that makes sense. */
bool udev_token_next(char **rest, struct udev_token *ret);

/* Does the value, of alternatives with wildcards, fit what is there? */
bool udev_value_fits(const char *value, const char *is);
