// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/refusal.h"

#include <assert.h>

static const char *const names[REFUSAL_COUNT] = {
	[REFUSAL_NO_DEVICE] = "no-device",
	[REFUSAL_BRIDGE] = "bridge",
	[REFUSAL_NO_IOMMU] = "no-iommu",
	[REFUSAL_NO_VFIO] = "no-vfio",
	[REFUSAL_IN_USE] = "in-use",
	[REFUSAL_HELD] = "held",
	[REFUSAL_OTHER_GUEST] = "other-guest",
	[REFUSAL_NO_RESET] = "no-reset",
	[REFUSAL_VIRTUAL_FUNCTIONS] = "virtual-functions",
	[REFUSAL_VMD] = "vmd",
	[REFUSAL_PROBLEM] = "known-problem",
	[REFUSAL_IDENTITY] = "identity",
	[REFUSAL_LOSS] = "loss",
	[REFUSAL_SETTING] = "setting",
	[REFUSAL_UNRESOLVED] = "unresolved",
};

const char *refusal_name(enum refusal_kind kind) {
	assert(kind < REFUSAL_COUNT);
	return names[kind];
}

int refusal_format_reason(const struct refusal *refusal, struct text *ret) {
	int r = 0;

	if (refusal->member) {
		r = text_add(ret, "shares IOMMU group %d with what is to be handed over and ",
			refusal->group);
	}
	return r < 0 ? r : text_add(ret, "%s", refusal->reason);
}

int refusal_format(const struct refusal *refusal, struct text *ret) {
	int r = text_add(ret, "%s ", refusal->subject);

	r = r < 0 ? r : refusal_format_reason(refusal, ret);
	r = r < 0 ? r : text_add(ret, ": %s", refusal->remedy);
	if (r == 0 && refusal->problem) {
		r = text_add(ret, " (known problem %s)", refusal->problem->id);
	}
	return r;
}
