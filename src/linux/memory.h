/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"
#include "plan/known.h"

/*
 * What each guest had when it was last given its devices (plan/known.h): GUEST.known in
 * /var/lib/baton/guests, which is made with mode 0700 by whoever needs it first. What is written
 * replaces the file as a whole, so that a crash leaves the old one or the new one. A guest goes by
 * its name for people here. -ENAMETOOLONG: a file cannot be called so.
 */

/* -ENOENT: nothing is known of that guest. -EINVAL: its file makes no sense. */
int memory_read(struct ops *ops, const char *guest, struct known *ret, struct error *error)
	MUST_CHECK;
int memory_write(struct ops *ops, const struct known *known, struct error *error) MUST_CHECK;
int memory_remove(struct ops *ops, const char *guest, struct error *error) MUST_CHECK; /* -ENOENT */
