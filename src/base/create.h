/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"

#include <sys/types.h>

/*
 * Makes a file with that content, on the disk when this returns. -EEXIST: it is there already, and
 * as it was. After any other error there is none.
 */
int file_create(int directory, const char *name, mode_t mode, const struct text *text) MUST_CHECK;

/*
 * Writes the file `name` in a directory anew, as a whole: whoever reads it, also after a crash,
 * finds the former content or this one. `fresh` is the name that it has until it is whole; a file
 * of that name is what a run that was killed has left, and is replaced. Only its owner may read it.
 */
int file_replace(int directory, const char *fresh, const char *name, const struct text *text)
	MUST_CHECK;
