/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/run.h"

/*
 * The path: whatever door is used, these are what it calls. Each takes the lock for as long as it
 * works and leaves the machine as it was, as planned, or with a journal that says what is left.
 */

struct handover {
	struct ops *ops;
	bool guarded;              /* start a guard before the first step */
	unsigned int home_ms;      /* for how long a guard watches what has come home; 0: not */
	const struct known *known; /* what the guest had last time; NULL: nothing is known of it */
	struct plan
		*plan; /* what was planned or refused, for whoever reports it; the caller frees */
};

/*
 * Host to guest. DONE: the guest has everything it asked for. REFUSED: handover->plan has the
 * refusals, or *error the reason why nothing could be tried.
 */
enum result detach(struct handover *handover, const struct request *request, const char *door,
	struct error *error);

/*
 * Guest to host. DONE also if there is nothing to bring home: that takes no lock, so that the end
 * of a guest without devices does not wait for the hand-over of another.
 */
enum result reattach(struct handover *handover, const char *guest, struct error *error);

/*
 * Host to VFIO and back to the host, in one go and under one lock, for a card whose facts look
 * right and that does not work (seed 001b). Refused like a detach. UNDONE if the way out failed.
 */
enum result cycle(struct handover *handover, const struct request *request, struct error *error);

/* Puts right whatever an interrupted run left: every journal whose guest is gone. */
enum result repair(struct handover *handover, struct error *error);

/* The same for one guest's journal. */
enum result repair_guest(struct handover *handover, const char *guest, struct error *error);

/*
 * Brings home what somebody saw in the journal `seen`, unless that has changed by the time it has
 * the lock: REFUSED then, with the reason: it is another hand-over's now, the run that seemed dead
 * has come to its end, or the guest runs. even_by_hand: also what a person has detached, which no
 * guest's end brings home. Whether a guest that does not run is gone for good is the caller's
 * decision. DONE also if the journal is gone.
 */
enum result reclaim(struct handover *handover, const struct journal *seen, bool even_by_hand,
	struct error *error);

/*
 * Host to host: devices that no guest has, from wherever they are to the drivers given
 * (plan_make_home). Undone like any other run if it fails.
 */
enum result bring_home(struct handover *handover, const struct request *request,
	const char (*drivers)[VALUE_SIZE], struct error *error);

/* The same, but REFUSED if somebody has set the override of one of them: it is his. */
enum result regain(struct handover *handover, const struct request *request,
	const char (*drivers)[VALUE_SIZE], struct error *error);

/* Only the first halves of detach and bring_home: what would be done. They take no lock. -EBUSY:
 * the guest has its devices already, or somebody is about to give it them. */
int preview(struct handover *handover, const struct request *request, struct error *error)
	MUST_CHECK;
int preview_home(struct handover *handover, const struct request *request,
	const char (*drivers)[VALUE_SIZE], struct error *error) MUST_CHECK;
