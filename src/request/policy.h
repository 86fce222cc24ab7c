/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

#include "request/preference.h"

/* What a plan may do without asking. [policy] of baton.conf, or of a guest's own file. */

enum consent {
	CONSENT_ALLOW,
	CONSENT_REFUSE
};

/* What may be done to those who hold a device that is to go. */
enum holders_policy {
	HOLDERS_STOP_SERVICES, /* stop what comes back: the display manager, known services */
	HOLDERS_REFUSE,        /* nothing */
	HOLDERS_TERMINATE,     /* and end programs, which do not come back */
};

#define POLICY_NAMES_MAX 16
#define POLICY_NAME_SIZE 128

struct policy_names {
	char names[POLICY_NAMES_MAX][POLICY_NAME_SIZE];
	size_t count;
};

struct policy {
	enum consent losses;  /* end login sessions, lose a firmware framebuffer; default: allow */
	enum consent backups; /* start a guest that is off for its backup; default: refuse */
	enum holders_policy holders;   /* default: stop-services */
	struct policy_names services;  /* units that may be stopped besides those that are known */
	struct policy_names programs;  /* with HOLDERS_TERMINATE: only these; none: all */
	struct policy_names accepted;  /* known problems: refused, they become warnings; warned of,
					  nothing is said */
	bool remove_virtual_functions; /* of a device that goes; default: it is refused */
	struct preference preferences[PREFERENCES_MAX];
	size_t preference_count;
};

/* "refuse", "stop-services", "terminate". -EINVAL. */
int policy_parse_holders(const char *value, enum holders_policy *ret) MUST_CHECK;

/*
 * Words with blanks between them, in place of what was there before. -E2BIG: too many;
 * -ENAMETOOLONG: one is too long for any unit or program.
 */
int policy_parse_names(const char *value, struct policy_names *ret) MUST_CHECK;

bool policy_has(const struct policy_names *names, const char *name);

/* Is the program one of them? comm is what the kernel keeps of its name: 15 bytes at most. */
bool policy_has_program(const struct policy_names *names, const char *comm);
