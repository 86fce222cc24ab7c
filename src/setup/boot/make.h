/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/finding.h"
#include "setup/boot/plan.h"

/*
 * Carries a plan for the next boot out, and takes back what was carried out. What is changed is
 * recorded before (setup/boot/history.h), so whatever interrupts this, the next call takes back
 * what is half done; and where a program fails, so does this one itself.
 */
struct boot_setup {
	int root;
	uid_t owner;        /* 0; somebody else in tests */
	const char *prefix; /* comes before the paths of programs: ""; tests have their own below */
	unsigned int timeout_ms; /* for each program */

	/* A program is run, and what it prints. */
	void (*run)(void *context, const struct names *words);
	void (*hear)(void *context, const char *data, size_t length);
	/* It has run for so long; 0: it has ended. NULL: nobody waits for that. */
	void (*tick)(void *context, unsigned int seconds);
	void *context;
};

/*
 * Takes back what another call was interrupted in; tells of it as boot_undo does. What cannot be
 * taken back is told of, stays recorded for boot_undo, and is no failure of this.
 */
int boot_recover(const struct boot_setup *setup, struct findings *findings, struct error *error)
	MUST_CHECK;

/*
 * Carries the plan out. -errno and the reason; *ret_as_before: everything is as it was. First takes
 * back what another call was interrupted in.
 */
int boot_make(const struct boot_setup *setup, const struct boot_plan *plan, bool *ret_as_before,
	struct error *error) MUST_CHECK;

/*
 * Takes everything back, last first. A file that is as it was left becomes what it was before, to
 * the byte; from one that somebody has changed since only our words are taken. Whose a file is by
 * now, and who may read it, stays. All is told of, and so is what is left. One file or program that
 * fails does not keep the others from it: the first failure is returned, and that time stays
 * recorded. *ret_count: of times that are taken back.
 */
int boot_undo(const struct boot_setup *setup, size_t *ret_count, struct findings *findings,
	struct error *error) MUST_CHECK;

/*
 * What that would do, and nothing is done: *ret, which is {0}, has the files from what they are to
 * what they would be, and the programs as BOOT_WAY_THERE.
 */
int boot_undo_preview(const struct boot_setup *setup, struct boot_plan *ret, size_t *ret_count,
	struct findings *findings, struct error *error) MUST_CHECK;
