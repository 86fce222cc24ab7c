/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "plan/step.h"

/* What can be done to an operation of struct ops (injector.h). */
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
	FAULT_HANG_OOPS, /* it stays there for a while, and dies there `part` operations later */
	FAULT_DIE_HANG,  /* the process is killed while its writer is in the kernel, which ends
			    `part` operations later */
	FAULT_LOSE,      /* a line is not written, and it is said that it is */
	FAULT_OOPS,      /* the writer dies in the kernel, `part` 1: in the middle of the change,
			    `part` 2: and the process is killed along with it */
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

/* Does a fault of this kind make a difference to the operation? Others are no trials. */
bool injector_applies(enum fault_kind kind, enum operation operation, bool blocking);

/* May it also come back whenever the same is tried? */
bool injector_may_persist(enum fault_kind kind);
