/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "check/check.h"
#include "front/definition.h"
#include "front/roster.h"
#include "front/session.h"
#include "run/journal.h"

/* What `baton check` looks at, and everything that it is made of. */
struct checked {
	struct session session;
	struct host host;
	struct claims claims;
	struct error unread; /* why not all journals */
	struct roster roster;
	struct check_guest *guests;
	struct names misconfigured;
	struct names mismatches; /* sentences that guests point to */
	struct request request;
	struct definition guest; /* that the one word names */
	bool has_guest;
	struct model *model;
	struct checkup up;
};

/*
 * Reads the machine, its guests, and, if words name any, what handing over to them would change.
 * RESULT_DONE, or a sentence has been printed. What only root may read is left out.
 */
enum result checked_open(const struct invocation *invocation, struct checked *ret);
void checked_close(struct checked *checked);

#define AUTO_CHECKED CLEANUP(checked_close)
