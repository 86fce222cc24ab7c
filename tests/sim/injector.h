/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "fault.h"

#include "run/ops.h"

/*
 * Wraps any ops, the simulated machine's as well as the real one's, counts the operations that can
 * fail or change something, and lets faults strike chosen ones. What it cannot do to a machine by
 * itself (kill the process, get a writer stuck, let a stranger act) it asks of its hooks.
 */
struct injector_hooks {
	/* Kills this process: does not return. */
	void (*die)(void *context);
	/* The next commit gets stuck: with something to be seen already, or not. */
	void (*stick)(void *context, bool midway);
	/* The next commit's writer dies in the kernel. NULL: that cannot be had. */
	void (*oops)(void *context, bool midway);
	/* What is stuck goes on. */
	void (*unstick)(void *context);
	/* What is stuck dies in the kernel. NULL: that cannot be had. */
	void (*perish)(void *context);
	/* Somebody else acts. False: there is nothing for him to do. */
	bool (*stranger)(void *context, unsigned int what);
	/* Told of every operation before it begins: its number, and what it is and meets. May be
	 * NULL. */
	void (*observe)(void *context, unsigned int number, const char *key);
};

#define INJECTOR_FAULTS    2
#define INJECTOR_TRACE_MAX 2048

struct injector {
	struct ops ops;
	struct ops *inner;
	const struct injector_hooks *hooks;
	void *context;
	struct fault faults[INJECTOR_FAULTS];
	size_t fault_count;
	bool disarmed;
	unsigned int count;                      /* of operations so far */
	unsigned int unstick_at;                 /* the number of the operation; 0: never */
	unsigned int perish_at;                  /* the same */
	unsigned char trace[INJECTOR_TRACE_MAX]; /* which operation each was */
	bool blocking[INJECTOR_TRACE_MAX];       /* commits: is there a writer? */
	bool writing;                            /* the change that has been begun has a writer */
	char subject[SUBJECT_SIZE + 16];         /* of the change that has been begun */
};

void injector_init(struct injector *injector, struct ops *inner, const struct injector_hooks *hooks,
	void *context);
