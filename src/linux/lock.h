/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"
#include "run/actor.h"

/* The lock is a flock on the state directory: it goes with whoever holds it. As the ops. */
int lock_take(struct ops *ops, struct error *error) MUST_CHECK;
void lock_release(struct ops *ops);

/* Who holds it just now. -ENOENT: nobody; otherwise who it is cannot be seen. */
int lock_holder(struct ops *ops, struct actor *ret) MUST_CHECK;

/* Who holds a flock on that file, by the text of /proc/locks: the pid; -ENOENT. */
int lock_holder_parse(const char *locks, unsigned int major, unsigned int minor,
	unsigned long inode, pid_t *ret) MUST_CHECK;
