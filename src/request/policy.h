/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "request/preference.h"

/* What a plan may do without asking. [policy] of baton.conf, or of a guest's own file. */

enum consent {
	CONSENT_ALLOW,
	CONSENT_REFUSE
};

#define ACCEPTED_MAX     16
#define ACCEPTED_ID_SIZE 40

struct policy {
	enum consent losses;  /* end login sessions, lose a firmware framebuffer; default: allow */
	enum consent backups; /* start a guest that is off for its backup; default: refuse */
	char accepted[ACCEPTED_MAX][ACCEPTED_ID_SIZE]; /* known problems: refused, they become
							  warnings; warned of, nothing is said */
	size_t accepted_count;
	bool remove_virtual_functions; /* of a device that goes; default: it is refused */
	struct preference preferences[PREFERENCES_MAX];
	size_t preference_count;
};
