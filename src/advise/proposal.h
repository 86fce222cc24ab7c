/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/advice.h"
#include "base/text.h"

/* Advice for one guest, in the words of its hypervisor: commands, and its definition as it would
 * be. */
struct proposal {
	struct advices advices;
	struct text *commands; /* one for each piece of advice, ready for a shell; empty: by hand */
	struct text before, after; /* the definition: without what is a matter of taste, unless
				      that was asked for by its id */
	struct text diff;
	struct text whole; /* of QEMU: the command as it would be, for a shell; else empty */
};

/* A definition as its reader took it, and what the diff calls it. */
struct draft {
	const struct text *text;
	const char *name;
};

/* -EINVAL: the definition has no room for something; -ENOMEM. *ret is untouched on failure. */
int propose(const struct ground *ground, const struct model *model, const struct wishes *wishes,
	const struct draft *draft, struct proposal *ret, struct error *error) MUST_CHECK;
void proposal_free(struct proposal *proposal);

#define AUTO_PROPOSAL CLEANUP(proposal_free)
