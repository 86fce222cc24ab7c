/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/macros.h"

#include <sys/types.h>

/*
 * Directories and links are made and taken away, below the directory root. Links on the way to the
 * last component are followed (/var/lib/vz may be one), the last one never is.
 */

/* What became of taking something away. */
enum fitted {
	FITTED_DONE,
	FITTED_GONE, /* it was not there any more */
	FITTED_LEFT, /* somebody has changed it, or put something into it: it stays */
};

/* Is there already is fine, if it is what was to be made; -EEXIST otherwise. */
int fit_directory(int root, const char *path, mode_t mode, struct error *error) MUST_CHECK;
int fit_link(int root, const char *path, const char *text, struct error *error) MUST_CHECK;

/* Only an empty directory, and only a link with that very text. */
int fit_no_directory(int root, const char *path, enum fitted *ret, struct error *error) MUST_CHECK;
int fit_no_link(int root, const char *path, const char *text, enum fitted *ret, struct error *error)
	MUST_CHECK;
