/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"
#include "run/journal.h"

/*
 * Who has which card: what the journals say and what the machine says, side by side.
 */

enum card_state {
	CARD_HOST,       /* no function is on a VFIO driver, and no guest has it */
	CARD_GUEST,      /* all functions are, and a guest has it or nobody does */
	CARD_MIXED,      /* some are */
	CARD_UNRESOLVED, /* a hand-over of it was interrupted, or is under way */
	CARD_STATE_COUNT,
};

#define CARD_FUNCTIONS_MAX 8

struct card_status {
	enum card_state state;
	char slot[ADDRESS_SIZE];                            /* "0000:01:00" */
	const struct device *functions[CARD_FUNCTIONS_MAX]; /* of the host that it was read from */
	size_t function_count;
	char title[TITLE_SIZE]; /* the guest that has it; empty: none */
};

struct status {
	struct card_status *cards;
	size_t count;
};

/* Every card with a graphics function, and every card of which a guest has something. -ENOMEM. */
int status_make(const struct host *host, const struct claims *claims, struct status *ret)
	MUST_CHECK;
void status_free(struct status *status);

#define AUTO_STATUS CLEANUP(status_free)

const char *card_state_name(enum card_state state);

int report_status_json(const struct status *status, struct text *ret, struct error *error)
	MUST_CHECK;
