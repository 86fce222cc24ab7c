/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/ops.h"

/*
 * Wraps any ops, the simulated machine's as well as the real one's, counts the operations that can
 * fail or change something, and lets faults strike chosen ones. What it cannot do to a machine by
 * itself (kill the process, get a writer stuck, let a stranger act) it asks of its hooks.
 */
enum operation {
	OPERATION_LOOK,
	OPERATION_GET,
	OPERATION_BEGIN,
	OPERATION_COMMIT,
	OPERATION_PROVE_FREE,
	OPERATION_IDENTIFY,
	OPERATION_FORGET_IDS,
	OPERATION_GUEST,
	OPERATION_WATCH,
	OPERATION_GUARD,
	OPERATION_LIST,
	OPERATION_READ,
	OPERATION_CREATE,
	OPERATION_APPEND,
	OPERATION_REMOVE,
	OPERATION_LOCK,
	OPERATION_UNLOCK,
	OPERATION_COUNT,
};

const char *operation_name(enum operation operation);

enum fault_kind {
	FAULT_FAIL,      /* nothing happens, and that is said */
	FAULT_FAIL_LATE, /* it happens, and it is said that it has not */
	FAULT_LIE,       /* nothing happens, and it is said that it has */
	FAULT_HANG,      /* the writer stays in the kernel */
	FAULT_HANG_LATE, /* it stays there for a while: `part` operations, and ends */
	FAULT_TEAR,      /* a part of the line is written, and it is said that none is */
	FAULT_DIE,       /* the process is killed before the operation */
	FAULT_DIE_TORN,  /* the process is killed with a part of the line written */
	FAULT_DIE_HANG,  /* the process is killed while its writer is in the kernel, which ends
			    `part` operations later */
	FAULT_LOSE,      /* a line is not written, and it is said that it is */
	FAULT_OOPS,      /* the writer dies in the kernel, `part` 1: in the middle of the change */
	FAULT_STRANGER,  /* before the operation somebody else does thing number `part` */
	FAULT_COUNT,
};

const char *fault_name(enum fault_kind kind);

#define FAULT_FOR_EVER 1000000U

struct fault {
	enum fault_kind kind;
	bool persistent; /* also whenever the same operation meets the same subject again; an oops:
			    at every change from then on */
	unsigned int at; /* number of the operation, from 0 */
	unsigned int part; /* of a line: 0 the first byte, 1 half, 2 all but one byte; else above */
	bool fired;
	char key[SUBJECT_SIZE + 32]; /* of what it struck */
};

struct injector_hooks {
	/* Kills this process: does not return. */
	void (*die)(void *context);
	/* The next commit gets stuck: with something to be seen already, or not. */
	void (*stick)(void *context, bool midway);
	/* The next commit's writer dies in the kernel. NULL: that cannot be had. */
	void (*oops)(void *context, bool midway);
	/* What is stuck goes on. */
	void (*unstick)(void *context);
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
	unsigned char trace[INJECTOR_TRACE_MAX]; /* which operation each was */
	bool blocking[INJECTOR_TRACE_MAX];       /* commits: is there a writer? */
	bool writing;                            /* the change that has been begun has a writer */
	char subject[SUBJECT_SIZE + 16];         /* of the change that has been begun */
};

void injector_init(struct injector *injector, struct ops *inner, const struct injector_hooks *hooks,
	void *context);

/* Does a fault of this kind make a difference to the operation? Others are no trials. */
bool injector_applies(enum fault_kind kind, enum operation operation, bool blocking);

/* May it also come back whenever the same is tried? */
bool injector_may_persist(enum fault_kind kind);
