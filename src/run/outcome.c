// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/ops.h"

#include <assert.h>

static const char *const names[] = {
	[OUTCOME_DONE] = "done",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_UNDONE] = "undone",
	[OUTCOME_LEFT_ALONE] = "left-alone",
	[OUTCOME_GONE] = "gone",
	[OUTCOME_SHARED] = "shared",
	[OUTCOME_STAYS] = "stays",
	[OUTCOME_STUCK] = "stuck",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_WARNED] = "warned",
	[OUTCOME_TAKEN] = "taken-away",
};

const char *outcome_name(enum outcome outcome) {
	assert(outcome < COUNT(names));
	return names[outcome];
}
