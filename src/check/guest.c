// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "check/area.h"

/* What a plan for the guest says, and what is wrong with definitions. */

static const char *const ids[REFUSAL_COUNT] = {
	[REFUSAL_NO_DEVICE] = "refused-no-device",
	[REFUSAL_BRIDGE] = "refused-bridge",
	[REFUSAL_NO_IOMMU] = "refused-no-iommu",
	[REFUSAL_NO_VFIO] = "refused-no-vfio",
	[REFUSAL_IN_USE] = "refused-in-use",
	[REFUSAL_HELD] = "refused-held",
	[REFUSAL_OTHER_GUEST] = "refused-other-guest",
	[REFUSAL_NO_RESET] = "refused-no-reset",
	[REFUSAL_VIRTUAL_FUNCTIONS] = "refused-virtual-functions",
	[REFUSAL_VMD] = "refused-vmd",
	[REFUSAL_PROBLEM] = "refused-known-problem",
	[REFUSAL_IDENTITY] = "refused-identity",
	[REFUSAL_LOSS] = "refused-loss",
	[REFUSAL_SETTING] = "refused-setting",
	[REFUSAL_UNRESOLVED] = "refused-unresolved",
};

static void look_definitions(struct look *look) {
	for (size_t i = 0; i < look->on->guest_count; i++) {
		const struct check_guest *guest = &look->on->guests[i];

		if (guest->problem) {
			look_add(look, "guest-definition", guest->title,
				"correct it in the hypervisor's own way",
				"has a definition that baton cannot read, and so is not started with its devices");
			look_at(look, NULL, 0, guest->problem);
		}
	}
}

static void look_configuration(struct look *look) {
	const struct names *wrong = look->on->misconfigured;

	for (size_t i = 0; wrong && i < wrong->count; i++) {
		look_add(look, "configuration", "baton's configuration",
			"correct that line: baton.conf(5) has all keys",
			"cannot be read, so guests that it is for are not started with their devices");
		look_at(look, NULL, 0, wrong->names[i]);
	}
}

static void tell_refusal(struct look *look, const struct refusal *refusal) {
	AUTO_TEXT struct text reason = {0};

	assert(refusal->kind < REFUSAL_COUNT && ids[refusal->kind]);
	if (refusal_format_reason(refusal, &reason) < 0) {
		look_keep(look, -ENOMEM);
		return;
	}
	look_add(look, ids[refusal->kind], refusal->subject, refusal->remedy, "%s", reason.data);
	look_at(look, NULL, 0, refusal->problem ? refusal->problem->id : NULL);
}

static void look_refusals(struct look *look) {
	const struct plan *plan = look_runs(look) ? NULL : look->on->plan;

	for (size_t i = 0; plan && i < plan->refusal_count; i++) {
		tell_refusal(look, &plan->refusals[i]);
	}
}

static void look_losses(struct look *look) {
	const struct plan *plan = look_runs(look) ? NULL : look->on->plan;

	for (size_t i = 0; plan && i < plan->step_count; i++) {
		if (plan->steps[i].loss[0]) {
			look_add(look, "hand-over-loses", look->on->title,
				"baton plan GUEST shows where",
				"takes something along that does not come back: %s",
				plan->steps[i].loss);
			look_at(look, NULL, 0, plan->steps[i].step.subject);
		}
	}
}

static const struct check checks[] = {
	{"guest-definition", FINDING_WARNING, look_definitions},
	{"configuration", FINDING_ERROR, look_configuration},
	{"refused-no-device", FINDING_ERROR, look_refusals},
	{"refused-bridge", FINDING_ERROR, NULL},
	{"refused-no-iommu", FINDING_ERROR, NULL},
	{"refused-no-vfio", FINDING_ERROR, NULL},
	{"refused-in-use", FINDING_ERROR, NULL},
	{"refused-held", FINDING_ERROR, NULL},
	{"refused-other-guest", FINDING_ERROR, NULL},
	{"refused-no-reset", FINDING_ERROR, NULL},
	{"refused-virtual-functions", FINDING_ERROR, NULL},
	{"refused-vmd", FINDING_ERROR, NULL},
	{"refused-known-problem", FINDING_ERROR, NULL},
	{"refused-identity", FINDING_ERROR, NULL},
	{"refused-loss", FINDING_ERROR, NULL},
	{"refused-setting", FINDING_ERROR, NULL},
	{"refused-unresolved", FINDING_ERROR, NULL},
	{"hand-over-loses", FINDING_NOTE, look_losses},
};
const struct check_area guest_area = {checks, COUNT(checks)};
