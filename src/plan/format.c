// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/plan.h"

#include <errno.h>

static int format_step(const struct planned *planned, struct text *ret) {
	char line[STEP_TEXT_SIZE];
	int r = text_add(ret, "%s%s\n", step_format(&planned->step, line),
		planned->adopted  ? "  (done by hand, and taken over)"
		: planned->shared ? "  (another guest has done it)"
				  : "");

	for (size_t i = 0; r == 0 && i < planned->effect_count; i++) {
		r = text_add(ret, "    with it: %s%s\n",
			step_format(&planned->effects[i].change, line),
			planned->effects[i].lost ? "  (does not come back)" : "");
	}
	if (r == 0 && planned->loss[0]) {
		r = text_add(ret, "    lost: %s\n", planned->loss);
	}
	return r;
}

int plan_format(const struct plan *plan, struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->refusal_count; i++) {
		r = text_add(ret, "refused: ");
		r = r < 0 ? r : refusal_format(&plan->refusals[i], ret);
		r = r < 0 ? r : text_add(ret, "\n");
	}
	for (size_t i = 0; r == 0 && i < plan->warning_count; i++) {
		r = text_add(ret, "warning: ");
		r = r < 0 ? r : warning_format(&plan->warnings[i], ret);
		r = r < 0 ? r : text_add(ret, "\n");
	}
	for (size_t i = 0; r == 0 && i < plan->step_count; i++) {
		r = format_step(&plan->steps[i], ret);
	}
	if (r == 0 && plan->refusal_count == 0 && plan->step_count == 0) {
		r = text_add(ret, "nothing to do\n");
	}
	if (r == 0 && plan->hidden_processes > 0) {
		r = text_add(ret,
			"not seen: what %zu process%s, which did not let us look and count as "
			"holding nothing\n",
			plan->hidden_processes, plan->hidden_processes == 1 ? " holds" : "es hold");
	}
	return r;
}
