/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/journal.h"

/*
 * After an oops a hand-over stops. The task that died took its locks with it, that of the device
 * among them, and what its driver has left is not to be trusted: so nothing more is ever done to
 * what was being changed, nor to what has to be undone after it (step_depends); only a reboot helps
 * there. A change by the service manager is none of a driver's, and is undone as ever.
 *
 * Everything else is undone: the kernel itself has chosen to go on (panic_on_oops), a change that
 * gets stuck on some lock of the dead costs its deadline and no more, and the alternative is a
 * machine without a picture. Only a second oops says that the damage is not where we thought: then
 * everything is left as it is.
 *
 * The kernel counts. Any oops during a change is taken for its own, also one of somebody else's.
 */

/* How many changes of this hand-over the kernel has answered with an oops. */
size_t oops_count(const struct journal *journal);

/* A change of this subject that it has answered so, or NULL. */
const struct record *oops_at(const struct journal *journal, const char *subject);

/* Will none of what is left ever be undone? */
bool oops_is_final(const struct journal *journal);

/* A change that was tried. */
struct attempt {
	size_t index;            /* of the record that it is for */
	const struct step *step; /* in the direction in which it was made */
	bool died;               /* its writer went without a word */
	int r;                   /* what has become of it */
};

/*
 * To be called after each: its r again; or -EOWNERDEAD and a sentence, with the record marked, if
 * the kernel has oopsed since. If it was another writer that died, one that had been left in the
 * kernel, that one's record is marked, and this change is as good as it was. If it may have been
 * one of several, all of them are marked.
 */
int oops_check(struct ops *ops, struct journal *journal, const struct attempt *attempt,
	struct error *error) MUST_CHECK;

/*
 * Before a step is undone: has the kernel oopsed in a run that nobody has come back from, or
 * under a writer that was left there? Then the step is marked that was being made. What it did
 * while no writer was in the kernel, with the guest or long after the run, is nobody's. If it has
 * not, whoever was left there and is gone has come back: that is written, so that no later oops is
 * put on him.
 */
void oops_find(struct ops *ops, struct journal *journal);

/* Why nothing more is done to the record. */
int oops_refuse(const struct record *record, struct error *error);
