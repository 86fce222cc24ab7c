// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/warning.h"

#include <stdio.h>
#include <string.h>

#include "plan/build.h"

int warning_format(const struct warning *warning, struct text *ret) {
	const struct problem *problem = warning->problem;

	return text_add(ret, "%s %s: %s (known problem %s)", warning->subject, problem->reason,
		problem->remedy, problem->id);
}

/* A person has read about the problem and goes on all the same ([policy] accept =). */
static bool is_accepted(const struct policy *policy, const struct problem *problem) {
	return policy_has(&policy->accepted, problem->id);
}

static void warn(struct plan *plan, const struct device *device, const struct problem *problem) {
	struct warning *warning = &plan->warnings[plan->warning_count];

	if (plan->warning_count < PLAN_WARNINGS_MAX) {
		*warning = (struct warning){.problem = problem};
		snprintf(warning->subject, sizeof(warning->subject), "%s", device->name);
		plan->warning_count++;
	}
}

static void refuse(struct plan *plan, const struct device *device, const struct problem *problem) {
	size_t before = plan->refusal_count;

	plan_refuse(plan, REFUSAL_PROBLEM, device->name, problem->remedy, "%s", problem->reason);
	if (plan->refusal_count > before) {
		plan->refusals[before].problem = problem;
	}
}

void plan_check_problems(struct making *making, const struct device *device) {
	bool shared = plan_shares_driver(making, device);

	for (size_t i = 0; i < problem_count; i++) {
		const struct problem *problem = &problems[i];
		bool accepted = is_accepted(&making->request->policy, problem);

		if (!problem_is_of(problem, making->host, device, shared)) {
			continue;
		}
		if (problem->verdict == PROBLEM_REFUSE && !accepted) {
			refuse(making->plan, device, problem);
		} else if (problem->verdict == PROBLEM_REFUSE || !accepted) {
			warn(making->plan, device, problem);
		}
	}
}
