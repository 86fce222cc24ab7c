/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/journal.h"

/* How a run ended; the values are the program's exit codes. */
enum result {
	RESULT_DONE = 0,
	RESULT_UNDONE = 1,     /* failed and undone: as before, except for the losses named */
	RESULT_USAGE = 2,      /* the request makes no sense */
	RESULT_REFUSED = 3,    /* nothing was tried */
	RESULT_UNRESOLVED = 4, /* failed and not as before: the journal says what is left */
};

/*
 * Takes every step of the plan, each journaled before it is tried and read back after it. When one
 * fails, all are undone. DONE: the journal says held. UNDONE, UNRESOLVED: *error says which step
 * failed and why.
 */
enum result run_plan(
	struct ops *ops, struct journal *journal, const struct plan *plan, struct error *error);

/*
 * Undoes every step of the journal, last first, and removes it when nothing is left. Reattaching,
 * undoing and repairing are this one function. What cannot be undone stays in the journal together
 * with what depends on it; everything else is undone all the same. DONE or UNRESOLVED; *error then
 * has the first reason.
 */
enum result run_undo(struct ops *ops, struct journal *journal, struct error *error);
