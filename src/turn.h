/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/journal.h"

/*
 * Whose turn is it with a hand-over that has a journal? All of it is asked under the lock, so that
 * whoever ran a run which is not whole does not run any more.
 */

/* Nobody's: it was interrupted on the way out or home, or is held by a guest that is gone. */
int turn_is_nobodys(struct ops *ops, const struct journal *journal, bool *ret, struct error *error)
	MUST_CHECK;

/*
 * The guest is to be given its devices and has a journal already. If it does not run, nobody came
 * for it in time, and its steps may be undone: also those of a guest that only its daemon knows to
 * be starting, since that daemon has just asked us for a start. -EBUSY: it runs, or somebody else
 * starts it.
 */
int turn_check_former(struct ops *ops, const struct journal *journal, struct error *error)
	MUST_CHECK;

/*
 * Is there still what somebody saw without the lock, and does no guest run? -EAGAIN: something else
 * is the case by now. even_by_hand: what a person has detached is no guest that runs.
 */
int turn_check_seen(struct ops *ops, const struct journal *journal, const struct journal *seen,
	bool even_by_hand, struct error *error) MUST_CHECK;
