/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "inventory/boot/boot.h"
#include "setup/boot/plan.h"

/*
 * A plan for the next boot while it is made: what there is comes into it as it is now, and whoever
 * plans then says what is to become of it. Reads only. Each of these says in error what is wrong.
 */
struct planning {
	int root;
	uid_t owner; /* who alone may be able to write it */
	const struct boot *boot;
	struct boot_plan *plan;
	struct error *error;
};

/*
 * A file that is there, through the links on the way, to be changed: what it is to have afterwards
 * begins as what it has, or as what an earlier call has planned for it. *ret: until the next one is
 * added. -ENOENT; -EPERM: others than owner can write it.
 */
int planning_file(struct planning *planning, const char *path, struct boot_file **ret) MUST_CHECK;

/* One that is not, and is empty so far. The directory is made if it is not there. */
int planning_new_file(struct planning *planning, const char *directory, const char *name,
	struct boot_file **ret) MUST_CHECK;

/* One that is there, and is to be gone. */
int planning_remove(struct planning *planning, const char *path) MUST_CHECK;

/* words ends with NULL. */
int planning_command(struct planning *planning, enum boot_way way, const char *const *words)
	MUST_CHECK;

/* Says why nothing can be planned, if r is a failure of which nothing was said; returns r. */
int planning_result(struct planning *planning, int r) MUST_CHECK;
