/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "request/configuration.h"

/* The keys that a configuration may have, and what each may hold. */

enum section {
	SECTION_NONE,
	SECTION_CARD,
	SECTION_GUEST,
	SECTION_POLICY,
	SECTION_TIMEOUTS,
};

/* A section: where the values of its keys go. */
struct target {
	enum section section;
	unsigned int seen;      /* a bit for each key: given in this section */
	struct card_name *card; /* of SECTION_CARD */
	struct configuration *configuration;
	struct error *error;
};

/* Takes one value. -EINVAL: there is no such key here, it is given twice, or may not hold that. */
int target_set(struct target *target, const char *name, const char *value) MUST_CHECK;
