/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "handover.h"
#include "stayer.h"

/*
 * After the return (seed 001b): do the devices stay with the drivers that they came home to, and
 * can the host use them? What is taken away again is reported once for each device, with how long
 * it stayed, who has it now, and what on this machine may have done it. It is brought home again,
 * once, if vfio-pci took it by an id that somebody had added: ids are nobody's, and are taken away.
 * What somebody has named a driver for is his, and left alone.
 *
 * Devices that had no driver before, and so had no home to be watched, are left out.
 */
#define STAY_SERVICES_MAX 32

struct stay {
	char title[TITLE_SIZE];
	struct stayer all[PLAN_DEVICES_MAX];
	size_t count;
	struct error unjudged; /* why what seems to be away could not be looked at last time */
	bool shown;            /* a console showed something on one of the cards */
	char services[STAY_SERVICES_MAX][SUBJECT_SIZE]; /* that were stopped: the display manager
							   may be among them */
	size_t service_count;
	bool blind; /* nobody has looked for a while */
};

/*
 * From a journal as it is now: what is to be home where. What a person has brought home without a
 * journal of the way out is told of when it is taken away, and not brought home again: he has done
 * that by hand.
 */
void stay_note(struct stay *stay, const struct journal *journal);

/* While the way home is under way: who is home already? */
void stay_look(struct stay *stay, struct ops *ops);

/*
 * When it has ended: watches for handover->home_ms, from the last return on. 0; -EINTR: somebody
 * wants the guard to end.
 */
int stay_watch(struct stay *stay, const struct handover *handover, struct error *error) MUST_CHECK;
