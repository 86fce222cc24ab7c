/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/proposal.h"

/* What `baton advise` says. */

struct advised {
	const struct proposal *proposal;
	const char *title; /* the guest: "libvirt:win11" */
	const char *apply; /* the command that would do it all; NULL: none does */
	bool cardless;     /* it has no card, and none was named */
	bool coloured;
};

/* For people: each piece of advice with its reason and its command, then the whole as a diff. */
int report_advice(const struct advised *advised, struct text *ret) MUST_CHECK;

/* The same as JSON (docs/schema/advise.json). -ENOPKG without jansson. */
int report_advice_json(const struct advised *advised, struct text *ret, struct error *error)
	MUST_CHECK;
