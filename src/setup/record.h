/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "setup/change.h"

/*
 * What `baton install` has changed and `baton uninstall` has not taken back:
 * /var/lib/baton/install, in the order in which it was done. Text: a change (setup/change.h) in a
 * line, lines that begin with '#' are comments. A change is written here before it is made, so
 * whatever interrupts an install, nothing is made that is not recorded; what is recorded and not
 * there needs no undoing.
 */
#define RECORD_DIRECTORY "/var/lib/baton"
#define RECORD_NAME      "install"
#define RECORD_MAX       ((size_t)1 << 20) /* bytes */

/* -EINVAL with "FILE:LINE: ...", -E2BIG, -ENOMEM. *ret is untouched on failure. */
int record_parse(const char *file, const char *data, size_t length, struct changes *ret,
	struct error *error) MUST_CHECK;
int record_format(const struct changes *changes, struct text *ret) MUST_CHECK;

/*
 * Opens its directory below root and locks it against another install. It has to belong to the
 * owner, and nobody else may write it: what is recorded there is undone as root. Returns the fd;
 * -ENOENT: there is none (and create is false); -EBUSY: another one is at work.
 */
int record_open(int root, uid_t owner, bool create, struct error *error) MUST_CHECK;

/* No file: no changes. */
int record_load(int directory, struct changes *ret, struct error *error) MUST_CHECK;

/* Whole or not at all, and on the disk when it returns. */
int record_save(int directory, const struct changes *changes, struct error *error) MUST_CHECK;

/* Nothing is left to undo: takes the file away, and its directory if nothing else is in it. */
int record_remove(int root, int directory, struct error *error) MUST_CHECK;
