/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/ops.h"

/*
 * What others are asked for that may take long and that has no part in a hand-over: a hypervisor's
 * command, a job of the service manager. A child waits for it, so that we can look at other things
 * meanwhile; if we end, it goes on.
 */

enum unit_order {
	UNIT_START,
	UNIT_STOP,
	UNIT_KILL,
};

struct errand {
	const char *program; /* absolute, executed without a shell; NULL: it is a unit's job */
	char **words;        /* begins with the name that the program is given, ends with NULL */
	const char *unit;
	enum unit_order order;
	unsigned int timeout_ms; /* of the job */
};

struct errand_child {
	struct process process; /* to be watched; none: there is no errand */
	int answer;             /* where its exit code comes from; -1 */
};

/* Where a command waits for a person. */
enum pause_end {
	PAUSE_OVER,   /* the time was over */
	PAUSE_KEY,    /* Enter on the terminal */
	PAUSE_SIGNAL, /* it is to end: SIGHUP, SIGINT or SIGTERM */
};
