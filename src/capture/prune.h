/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "capture/place.h"

/*
 * Takes out what says nothing once everything has been read: processes of which there is nothing
 * but that they are there, and files that could not be read, whose paths are added to ret. The
 * files of a process that are hidden stay as such: a process that could not be looked into is one
 * that may hold something.
 */
struct unread {
	struct text paths; /* one a line */
	size_t count;
	size_t processes;
};

int prune(struct place *top, struct unread *ret) MUST_CHECK;
void unread_done(struct unread *unread);

#define AUTO_UNREAD CLEANUP(unread_done)
