// SPDX-License-Identifier: GPL-2.0-or-later
#include "fault.h"

static const char *const operations[OPERATION_COUNT] = {
	[OPERATION_LOOK] = "look",
	[OPERATION_GET] = "get",
	[OPERATION_BEGIN] = "begin",
	[OPERATION_COMMIT] = "commit",
	[OPERATION_PROVE_FREE] = "prove-free",
	[OPERATION_IDENTIFY] = "identify",
	[OPERATION_FORGET_IDS] = "forget-ids",
	[OPERATION_GUEST] = "guest",
	[OPERATION_WATCH] = "watch",
	[OPERATION_GUARD] = "guard",
	[OPERATION_LIST] = "list",
	[OPERATION_READ] = "read",
	[OPERATION_CREATE] = "create",
	[OPERATION_APPEND] = "append",
	[OPERATION_REMOVE] = "remove",
	[OPERATION_LOCK] = "lock",
	[OPERATION_UNLOCK] = "unlock",
};

static const char *const faults[FAULT_COUNT] = {
	[FAULT_FAIL] = "fail",
	[FAULT_FAIL_LATE] = "fail late",
	[FAULT_LIE] = "lie",
	[FAULT_HANG] = "hang",
	[FAULT_HANG_LATE] = "hang, then happen",
	[FAULT_TEAR] = "torn line",
	[FAULT_DIE] = "die",
	[FAULT_DIE_TORN] = "die in mid-line",
	[FAULT_HANG_OOPS] = "hang, then oops",
	[FAULT_DIE_HANG] = "die, the writer lives on",
	[FAULT_LOSE] = "lost line",
	[FAULT_OOPS] = "oops",
	[FAULT_STRANGER] = "stranger",
};

const char *operation_name(enum operation operation) {
	return operations[operation];
}

const char *fault_name(enum fault_kind kind) {
	return faults[kind];
}

/*
 * Operations that change nothing cannot lie, nor fail late, and dying at one of them is dying at
 * the next that changes something.
 */
bool injector_applies(enum fault_kind kind, enum operation operation, bool blocking) {
	bool commits = operation == OPERATION_COMMIT;
	bool appends = operation == OPERATION_APPEND;
	bool changes = commits || appends || operation == OPERATION_FORGET_IDS ||
		       operation == OPERATION_GUARD || operation == OPERATION_CREATE ||
		       operation == OPERATION_REMOVE;

	switch (kind) {
	case FAULT_FAIL:
		return operation != OPERATION_UNLOCK;
	case FAULT_FAIL_LATE:
		return changes;
	case FAULT_LIE:
		return changes && !appends && operation != OPERATION_CREATE;
	case FAULT_HANG:
	case FAULT_HANG_LATE:
	case FAULT_HANG_OOPS:
	case FAULT_DIE_HANG:
	case FAULT_OOPS:
		return commits && blocking;
	case FAULT_TEAR:
	case FAULT_DIE_TORN:
	case FAULT_LOSE:
		return appends;
	case FAULT_DIE:
		return changes || operation == OPERATION_UNLOCK;
	case FAULT_STRANGER:
		return true;
	case FAULT_COUNT:
		break;
	}
	return false;
}

bool injector_may_persist(enum fault_kind kind) {
	return kind == FAULT_FAIL || kind == FAULT_FAIL_LATE || kind == FAULT_LIE ||
	       kind == FAULT_HANG || kind == FAULT_TEAR || kind == FAULT_OOPS;
}
