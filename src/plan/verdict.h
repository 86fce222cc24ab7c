/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "plan/plan.h"

/*
 * What would come of it if somebody asked for a card now, in one word and a sentence. Nothing is
 * judged here: each verdict is a plan that was made as for a guest, and what it says.
 */
enum verdict_kind {
	VERDICT_NOW,    /* it can be had, and what is stopped for it comes back */
	VERDICT_LOSSES, /* it can be had, but something ends for good: losses[] */
	VERDICT_AFTER,  /* not before somebody does what refusals[] say, which takes no reboot */
	VERDICT_GUEST,  /* a guest has it */
	VERDICT_NO,     /* not with this machine as it is */
	VERDICT_COUNT,
};

#define VERDICT_DEVICES_MAX 8 /* functions of a slot */

/* A device of another card, which comes along because it shares a group. */
struct along {
	struct address address;
	int group;
};

/* Is the device, which is host->devices[index], part of a card with a picture? */
bool verdict_has_picture(const struct host *host, size_t index);

/*
 * Of a card: all functions of a slot, if it has a picture, since people want them together; of
 * other slots those that are in one group. Bridges are none.
 */
struct verdict {
	enum verdict_kind kind;
	struct address devices[VERDICT_DEVICES_MAX];
	size_t device_count;
	struct along *along; /* ordered by address */
	size_t along_count;
	struct refusal *refusals; /* the first is what the sentence names; none: it can be had */
	size_t refusal_count;
	struct warning *warnings;
	size_t warning_count;
	struct names stops;  /* services that are stopped for it and come back: as in steps */
	struct names losses; /* what ends for good, in words */
	bool assigned;       /* VFIO has all of it already */
};

struct verdicts {
	struct verdict *verdicts; /* ordered by their first device */
	size_t count;
};

/* policy is that of the configuration, asked.known is not looked at. -ENOMEM. */
int verdicts_make(const struct host *host, const struct policy *policy, const struct claims *claims,
	const struct asked *asked, struct verdicts *ret) MUST_CHECK;
void verdicts_free(struct verdicts *verdicts);

#define AUTO_VERDICTS CLEANUP(verdicts_free)

/* That of the card which the device is part of; NULL: a bridge. */
const struct verdict *verdict_of(const struct verdicts *verdicts, struct address device);

const char *verdict_name(enum verdict_kind kind); /* "now", "losses", "after", "guest", "no" */

/*
 * "can be handed over now", "can be handed over, but then the login sessions of lightdm.service
 * end", "not yet: is open in ...", "no: shares group 14 with 0000:00:1f.6, which carries ...". What
 * helps is said by the refusals themselves. -ENOMEM.
 */
int verdict_format(const struct verdict *verdict, struct text *ret) MUST_CHECK;

/* Who and why, as the end of such a sentence: of any of its refusals. -ENOMEM. */
int verdict_format_refusal(
	const struct verdict *verdict, const struct refusal *refusal, struct text *ret) MUST_CHECK;
