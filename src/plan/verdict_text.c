// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <string.h>

#include "base/macros.h"
#include "plan/verdict.h"

const char *verdict_name(enum verdict_kind kind) {
	static const char *const names[VERDICT_COUNT] = {
		[VERDICT_NOW] = "now",
		[VERDICT_LOSSES] = "losses",
		[VERDICT_AFTER] = "after",
		[VERDICT_GUEST] = "guest",
		[VERDICT_NO] = "no",
	};

	assert(kind < VERDICT_COUNT);
	return names[kind];
}

static const struct along *find_along(const struct verdict *verdict, const char *device) {
	for (size_t i = 0; i < verdict->along_count; i++) {
		char name[ADDRESS_SIZE];

		if (strcmp(address_format(verdict->along[i].address, name), device) == 0) {
			return &verdict->along[i];
		}
	}
	return NULL;
}

int verdict_format_refusal(
	const struct verdict *verdict, const struct refusal *refusal, struct text *ret) {
	const struct along *along = find_along(verdict, refusal->subject);
	char first[ADDRESS_SIZE];
	int r = 0;

	address_format(verdict->devices[0], first);
	if (along || refusal->member) {
		r = text_add(ret, "shares group %d with %s, which ",
			along ? along->group : refusal->group, refusal->subject);
	} else if (strcmp(refusal->subject, first) != 0) {
		r = text_add(ret, "%s ", refusal->subject);
	}
	return r < 0 ? r : text_add(ret, "%s", refusal->reason);
}

/* "nvidia-persistenced.service", "wireplumber.service (of user 1000)": A, B and 2 more. */
static int add_stops(const struct names *stops, struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < stops->count; i++) {
		uint32_t uid;
		bool of_user;
		const char *unit = stops->names[i];

		/* It comes from a step, and so can be read. */
		(void)!step_read_unit(stops->names[i], &of_user, &uid, &unit);
		r = text_add(ret, "%s%s",
			i == 0                 ? ", while "
			: i + 1 < stops->count ? ", "
					       : " and ",
			unit);
	}
	return r < 0 || stops->count == 0
		       ? r
		       : text_add(ret, "%s stopped", stops->count == 1 ? " is" : " are");
}

int verdict_format(const struct verdict *verdict, struct text *ret) {
	int r = 0;

	switch (verdict->kind) {
	case VERDICT_NOW:
		r = text_add(ret, "can be handed over now%s",
			verdict->assigned ? ": VFIO has it already" : "");
		return r < 0 ? r : add_stops(&verdict->stops, ret);
	case VERDICT_LOSSES:
		return text_add(ret, "can be handed over, but then %s", verdict->losses.names[0]);
	case VERDICT_AFTER:
		r = text_add(ret, "not yet: ");
		break;
	case VERDICT_NO:
		r = text_add(ret, "no: ");
		break;
	case VERDICT_GUEST:
		/* Of one without a journal the process is known. */
		r = text_add(ret, "%s",
			verdict->refusals[0].kind == REFUSAL_HELD ? "a guest has it: " : "");
		break;
	case VERDICT_COUNT:
		break;
	}
	return r < 0 ? r : verdict_format_refusal(verdict, &verdict->refusals[0], ret);
}
