/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/driver/rebinder.h"
#include "host/host.h"
#include "run/actor.h"
#include "run/journals.h"

/*
 * Who has which card, and what is left of each hand-over: what the journals say and what the
 * machine says, side by side.
 */

enum card_state {
	CARD_HOST,       /* no function is on a VFIO driver, and no guest has it */
	CARD_GUEST,      /* all functions are, and a guest has it or nobody does */
	CARD_MIXED,      /* some are, or a guest has it by its journal and none is */
	CARD_UNRESOLVED, /* a hand-over of it was interrupted, or is under way */
	CARD_STATE_COUNT,
};

#define CARD_FUNCTIONS_MAX 8

/* A step that its journal still has. */
struct step_left {
	const struct record *record;
	struct actor writer; /* at work on it now, there or back; no pid: nobody is */
	struct stuck stuck;  /* what it waits in; no pid: not asked */
};

/* A journal, and what can be said of it. */
struct handover_status {
	const struct found *found;
	int64_t written_s;      /* its last line, in seconds since 1970; 0: not known */
	struct step_left *left; /* in the order in which they were taken */
	size_t left_count;
};

struct card_status {
	enum card_state state;
	char slot[ADDRESS_SIZE];                            /* "0000:01:00" */
	const struct device *functions[CARD_FUNCTIONS_MAX]; /* of the host that it was read from */
	size_t function_count;
	const struct handover_status *handover; /* of the guest that has it; NULL: none */
	const struct device *useless;           /* at home, and of no use to the host; NULL: none */
	struct error useless_why;
	const struct device *stray; /* on a VFIO driver, and no journal has it; NULL: none */
	struct rebinders rebinders; /* what may have put it there */
};

struct status {
	const struct host *host;
	struct card_status *cards;
	size_t count;
	struct handover_status *handovers; /* one for each of the journals, in their order */
	size_t handover_count;
	int64_t now_s;     /* when this was asked, in seconds since 1970; 0: not known */
	struct actor lock; /* who has the lock just now; no pid: nobody, or it is not known */
};

/*
 * Every card with a graphics function, and every card of which a guest has something; and every
 * journal. Who has the lock, when the journals were written, who the writers are, what may have put
 * a stray device there and what time it is is filled in by who can ask: here are none. Host and
 * journals must outlive it. -ENOMEM.
 */
int status_make(const struct host *host, const struct journals *journals, struct status *ret)
	MUST_CHECK;
void status_free(struct status *status);

#define AUTO_STATUS CLEANUP(status_free)

const char *card_state_name(enum card_state state);

/* Where a hand-over that can be read is: "held", "out" or "home". */
const char *handover_way(const struct journal *journal);

/* Below each card its devices, below the cards what is left of hand-overs. -ENOMEM, -E2BIG. */
int report_status(const struct status *status, struct text *ret) MUST_CHECK;
int report_status_json(const struct status *status, struct text *ret, struct error *error)
	MUST_CHECK;
