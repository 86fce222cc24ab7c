/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "plan/problem.h"
#include "plan/step.h"

#include <stdbool.h>

/*
 * A reason why there is no plan: data, not an error. Says what, who, why and the remedy, and is the
 * same in text and in JSON.
 */
enum refusal_kind {
	REFUSAL_NO_DEVICE,         /* the address does not exist */
	REFUSAL_BRIDGE,            /* bridges are not handed over */
	REFUSAL_NO_IOMMU,          /* the machine or the device has no IOMMU group */
	REFUSAL_NO_VFIO,           /* this kernel has no VFIO driver */
	REFUSAL_IN_USE,            /* a mount, swap or the default route needs it */
	REFUSAL_HELD,              /* a process that nobody is going to stop has it open */
	REFUSAL_OTHER_GUEST,       /* another guest has it */
	REFUSAL_NO_RESET,          /* nothing can reset it between guests */
	REFUSAL_VIRTUAL_FUNCTIONS, /* a physical function whose virtual functions are enabled */
	REFUSAL_VMD,               /* behind a controller that VFIO would have to have too */
	REFUSAL_PROBLEM,           /* known not to go well: plan/problem.h */
	REFUSAL_IDENTITY,          /* something else stands at this address now */
	REFUSAL_LOSS,              /* policy does not allow what cannot be turned round */
	REFUSAL_SETTING,           /* the configuration wants what the device has not */
	REFUSAL_UNRESOLVED,        /* an earlier hand-over is still stuck with it */
	REFUSAL_COUNT,
};

struct refusal {
	enum refusal_kind kind;
	char subject[SUBJECT_SIZE]; /* the address, or what it is about */
	char reason[1024];          /* who and why: completes the sentence "SUBJECT ..." */
	bool member; /* nobody asked for the subject itself: it shares the IOMMU group ... */
	int group;   /* ... of this number with what is asked for */
	char remedy[512];
	const struct problem *problem; /* REFUSAL_PROBLEM: which; NULL for all others */
};

const char *refusal_name(enum refusal_kind kind); /* "no-iommu": for JSON */
/* "shares IOMMU group 14 with what is to be handed over and REASON", or REASON alone. -ENOMEM */
int refusal_format_reason(const struct refusal *refusal, struct text *ret) MUST_CHECK;
/* "0000:01:00.0 REASON: REMEDY" -ENOMEM */
int refusal_format(const struct refusal *refusal, struct text *ret) MUST_CHECK;
