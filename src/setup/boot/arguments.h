/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "setup/boot/planning.h"

/*
 * How words come onto the next command line of this machine. Reads only. -ENOTSUP: baton writes
 * no configuration of this system, and the sentence says what to do; -EPERM: others than owner can
 * write the file; -errno.
 */
int planning_words(struct planning *planning, const struct names *words) MUST_CHECK;

/* The same as a plan of its own. */
int boot_plan_words(int root, uid_t owner, const struct boot *boot, const struct names *words,
	struct boot_plan *ret, struct error *error) MUST_CHECK;
