// SPDX-License-Identifier: GPL-2.0-or-later
#include "injector.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

static bool strikes(struct fault *fault, unsigned int number, const char *key) {
	if (!fault->fired && fault->at == number) {
		(void)snprintf(fault->key, sizeof(fault->key), "%s", key);
		return true;
	}
	if (!fault->fired || !fault->persistent) {
		return false;
	}
	/* Where one driver has died, the next may: of the same thing nothing is done any more. */
	return fault->kind == FAULT_OOPS ? text_starts(key, operation_name(OPERATION_COMMIT))
					 : strcmp(fault->key, key) == 0;
}

/* What was stuck is not any more, when its time has come. */
static void let_go(struct injector *injector, unsigned int number) {
	if (injector->unstick_at && number >= injector->unstick_at) {
		injector->unstick_at = 0;
		injector->hooks->unstick(injector->context);
	}
	if (injector->perish_at && number >= injector->perish_at) {
		injector->perish_at = 0;
		injector->hooks->perish(injector->context);
	}
}

/* Counts the operation; lets the stranger act or the process die; else returns what strikes. */
static struct fault *meet(
	struct injector *injector, enum operation operation, const char *subject) {
	unsigned int number = injector->count++;
	struct fault *struck = NULL;
	char key[SUBJECT_SIZE + 32];

	assert(number < INJECTOR_TRACE_MAX);
	injector->trace[number] = (unsigned char)operation;
	injector->blocking[number] = operation == OPERATION_COMMIT && injector->writing;
	let_go(injector, number);
	(void)snprintf(key, sizeof(key), "%s %s", operation_name(operation), subject);
	if (injector->hooks->observe) {
		injector->hooks->observe(injector->context, number, key);
	}
	for (size_t i = 0; !injector->disarmed && i < injector->fault_count; i++) {
		struct fault *fault = &injector->faults[i];

		if (!strikes(fault, number, key)) {
			continue;
		}
		if (fault->kind == FAULT_STRANGER) {
			fault->fired = injector->hooks->stranger(injector->context, fault->part);
			continue;
		}
		fault->fired = true;
		if (fault->kind == FAULT_DIE) {
			injector->hooks->die(injector->context);
		}
		struck = fault;
	}
	return struck;
}

static bool is(const struct fault *fault, enum fault_kind kind) {
	return fault && fault->kind == kind;
}

static int fail(struct error *error, enum operation operation) {
	return error_set(error, operation == OPERATION_LOCK ? -EBUSY : -EIO, "injected: %s fails",
		operation_name(operation));
}

/* One operation of the inner ops under whatever strikes it. */
#define CALL(operation, subject, call)                                                             \
	({                                                                                         \
		struct injector *injector_ = (struct injector *)ops;                               \
		struct ops *inner = injector_->inner;                                              \
		struct fault *fault_ = meet(injector_, operation, subject);                        \
		int r_ = is(fault_, FAULT_FAIL)  ? fail(error, operation)                          \
			 : is(fault_, FAULT_LIE) ? 0                                               \
						 : inner->call;                                    \
		is(fault_, FAULT_FAIL_LATE) && r_ == 0 ? fail(error, operation) : r_;              \
	})

static int look(struct ops *ops, struct host *ret, struct error *error) {
	return CALL(OPERATION_LOOK, "", look(inner, ret, error));
}

static void self(struct ops *ops, struct process *ret, struct process *ret_parent) {
	struct injector *injector = (struct injector *)ops;

	injector->inner->self(injector->inner, ret, ret_parent);
}

static int get(struct ops *ops, enum fact fact, const char *subject, char ret[VALUE_SIZE],
	struct error *error) {
	char key[SUBJECT_SIZE + 16];

	(void)snprintf(key, sizeof(key), "%s %s", fact_name(fact), subject);
	return CALL(OPERATION_GET, key, get(inner, fact, subject, ret, error));
}

static int begin(struct ops *ops, const struct step *step, bool home, struct writer *ret,
	struct error *error) {
	struct injector *injector = (struct injector *)ops;
	int r;

	(void)snprintf(injector->subject, sizeof(injector->subject), "%s %s", fact_name(step->fact),
		step->subject);
	r = CALL(OPERATION_BEGIN, injector->subject, begin(inner, step, home, ret, error));
	if (r == 0) {
		injector->writing = ret->process.pid != 0;
	}
	return r;
}

/* Does the writer stay in the kernel, and for how long? */
static void hang(struct injector *injector, const struct fault *fault) {
	if (injector->writing) {
		injector->hooks->stick(
			injector->context, !is(fault, FAULT_HANG) || fault->part > 0);
	}
	if (fault->kind == FAULT_HANG || fault->part == FAULT_FOR_EVER) {
		return;
	}
	if (fault->kind == FAULT_HANG_OOPS) {
		injector->perish_at = injector->count + fault->part;
	} else {
		injector->unstick_at = injector->count + fault->part;
	}
}

static int commit(struct ops *ops, struct writer *writer, struct error *error) {
	struct injector *injector = (struct injector *)ops;
	struct ops *inner = injector->inner;
	struct fault *fault = meet(injector, OPERATION_COMMIT, injector->subject);
	int r;

	if (is(fault, FAULT_FAIL) || is(fault, FAULT_LIE)) {
		inner->cancel(inner, writer);
		return fault->kind == FAULT_LIE ? 0 : fail(error, OPERATION_COMMIT);
	}
	if (is(fault, FAULT_HANG) || is(fault, FAULT_HANG_LATE) || is(fault, FAULT_HANG_OOPS) ||
		is(fault, FAULT_DIE_HANG)) {
		hang(injector, fault);
	}
	if (is(fault, FAULT_OOPS) && injector->writing) {
		injector->hooks->oops(injector->context, fault->part > 0);
	}
	r = inner->commit(inner, writer, error);
	if (is(fault, FAULT_DIE_HANG) || (is(fault, FAULT_OOPS) && fault->part > 1)) {
		injector->hooks->die(injector->context);
	}
	return is(fault, FAULT_FAIL_LATE) && r == 0 ? fail(error, OPERATION_COMMIT) : r;
}

static void cancel(struct ops *ops, struct writer *writer) {
	struct injector *injector = (struct injector *)ops;

	injector->inner->cancel(injector->inner, writer);
}

static bool alive(struct ops *ops, struct process process) {
	struct injector *injector = (struct injector *)ops;

	return injector->inner->alive(injector->inner, process);
}

static int prove_free(struct ops *ops, const char *address, struct error *error) {
	return CALL(OPERATION_PROVE_FREE, address, prove_free(inner, address, error));
}

static int prove_functions_free(struct ops *ops, const char *address, struct error *error) {
	return CALL(OPERATION_PROVE_FREE, address, prove_functions_free(inner, address, error));
}

static int identify(
	struct ops *ops, const char *address, struct identity *ret, struct error *error) {
	return CALL(OPERATION_IDENTIFY, address, identify(inner, address, ret, error));
}

static int forget_ids(struct ops *ops, const char *address, struct error *error) {
	return CALL(OPERATION_FORGET_IDS, address, forget_ids(inner, address, error));
}

static void explain(
	struct ops *ops, struct process writer, const char *subject, struct error *error) {
	struct ops *inner = ((struct injector *)ops)->inner;

	inner->explain(inner, writer, subject, error);
}

static int64_t oopses(struct ops *ops) {
	struct ops *inner = ((struct injector *)ops)->inner;

	return inner->oopses(inner);
}

/* It only reads, and nothing depends on it but words. */
static int rebinders(
	struct ops *ops, const struct device *device, struct rebinders *ret, struct error *error) {
	struct ops *inner = ((struct injector *)ops)->inner;

	return inner->rebinders(inner, device, ret, error);
}

static int guest(struct ops *ops, const char *key, const struct owner *owner, struct sight *ret,
	struct error *error) {
	return CALL(OPERATION_GUEST, key, guest(inner, key, owner, ret, error));
}

static int watch(struct ops *ops, const struct process *processes, size_t count,
	unsigned int timeout_ms, struct error *error) {
	return CALL(OPERATION_WATCH, "", watch(inner, processes, count, timeout_ms, error));
}

/* Nothing depends on it but a person's suspend. */
static int keep_awake(struct ops *ops, const char *why) {
	struct ops *inner = ((struct injector *)ops)->inner;

	return inner->keep_awake(inner, why);
}

static int guard(struct ops *ops, const char *name, struct error *error) {
	return CALL(OPERATION_GUARD, name, guard(inner, name, error));
}

static int journal_list(struct ops *ops, struct names *ret, struct error *error) {
	return CALL(OPERATION_LIST, "", journal_list(inner, ret, error));
}

static int journal_read(
	struct ops *ops, const char *name, char **ret, size_t *ret_length, struct error *error) {
	return CALL(OPERATION_READ, name, journal_read(inner, name, ret, ret_length, error));
}

static int journal_create(struct ops *ops, const char *name, size_t reserve, struct error *error) {
	return CALL(OPERATION_CREATE, name, journal_create(inner, name, reserve, error));
}

/* How much of a line gets there. */
static size_t torn(unsigned int part, size_t length) {
	return part == 0 ? 1 : part == 1 ? length / 2 : length - 1;
}

static int journal_append(
	struct ops *ops, const char *name, const char *data, size_t length, struct error *error) {
	struct injector *injector = (struct injector *)ops;
	struct ops *inner = injector->inner;
	struct fault *fault = meet(injector, OPERATION_APPEND, name);
	bool tears = is(fault, FAULT_TEAR) || is(fault, FAULT_DIE_TORN);
	int r;

	if (is(fault, FAULT_FAIL) || is(fault, FAULT_LOSE)) {
		return fault->kind == FAULT_LOSE ? 0 : fail(error, OPERATION_APPEND);
	}
	r = inner->journal_append(
		inner, name, data, tears ? torn(fault->part, length) : length, error);
	if (is(fault, FAULT_DIE_TORN)) {
		injector->hooks->die(injector->context);
	}
	return fault && r == 0 ? fail(error, OPERATION_APPEND) : r;
}

static int journal_remove(struct ops *ops, const char *name, struct error *error) {
	return CALL(OPERATION_REMOVE, name, journal_remove(inner, name, error));
}

static int lock(struct ops *ops, struct error *error) {
	return CALL(OPERATION_LOCK, "", lock(inner, error));
}

static void unlock(struct ops *ops) {
	struct injector *injector = (struct injector *)ops;

	(void)meet(injector, OPERATION_UNLOCK, "");
	injector->inner->unlock(injector->inner);
}

static uint64_t now_us(struct ops *ops) {
	struct injector *injector = (struct injector *)ops;

	return injector->inner->now_us(injector->inner);
}

static void tell(struct ops *ops, const struct event *event) {
	struct injector *injector = (struct injector *)ops;

	injector->inner->tell(injector->inner, event);
}

void injector_init(struct injector *injector, struct ops *inner, const struct injector_hooks *hooks,
	void *context) {
	memset(injector, 0, offsetof(struct injector, trace));
	injector->writing = false;
	injector->subject[0] = '\0';
	injector->ops = (struct ops){.look = look,
		.self = self,
		.get = get,
		.begin = begin,
		.commit = commit,
		.cancel = cancel,
		.alive = alive,
		.explain = explain,
		.oopses = oopses,
		.prove_free = prove_free,
		.prove_functions_free = prove_functions_free,
		.identify = identify,
		.forget_ids = forget_ids,
		.rebinders = rebinders,
		.guest = guest,
		.watch = watch,
		.guard = guard,
		.keep_awake = keep_awake,
		.journal_list = journal_list,
		.journal_read = journal_read,
		.journal_create = journal_create,
		.journal_append = journal_append,
		.journal_remove = journal_remove,
		.lock = lock,
		.unlock = unlock,
		.now_us = now_us,
		.tell = tell};
	injector->inner = inner;
	injector->hooks = hooks;
	injector->context = context;
}
