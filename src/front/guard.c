// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "front/session.h"

/*
 * Watches one hand-over: the run, then the guest, then the return. Started before the first step
 * and gone when the journal is. It never acts while somebody whose turn it is lives, and it does
 * not ask anybody: files in /proc and /run say all that it needs.
 */

/*
 * How often to look again at what gives no event: a QEMU that is about to start, a daemon that
 * hangs. Nothing depends on being quick there, and each look reads all of /proc.
 */
#define LOOK_MS 10000

/*
 * A hypervisor's daemon that lives calls its door when the guest ends, and takes care of the
 * devices itself before that; one that was killed comes back and does the same. Only after this
 * time is the card brought home without it.
 */
#define GRACE_US ((uint64_t)15 * 1000 * 1000)

#define RETRY_FIRST_MS 2000
#define RETRY_MAX_MS   60000

struct guard {
	struct session *session;
	const char *guest;
	bool seen;    /* the guest has run */
	bool leaving; /* the host shuts down: one more look, and nobody to wait for */
	uint64_t gone_since_us;
	unsigned int retry_ms;
};

static int watch(struct guard *guard, const struct process *processes, size_t count,
	unsigned int timeout_ms, struct error *error) {
	struct ops *ops = guard->session->handover.ops;

	return ops->watch(ops, processes, count, timeout_ms, error);
}

/* Everybody who is still in the kernel for us, and after that another try. */
static int bring_home_now(struct guard *guard, const struct journal *journal, struct error *error) {
	struct ops *ops = guard->session->handover.ops;
	struct process writers[PLAN_STEPS_MAX];
	size_t count = 0;
	struct error why = {0};

	if (reattach(&guard->session->handover, guard->guest, &why) == RESULT_DONE) {
		return 0;
	}
	fprintf(stderr, "baton: %s is not home yet: %s\n", journal->title, why.text);
	for (size_t i = 0; i < journal->record_count; i++) {
		const struct record *record = &journal->records[i];

		if (!record->popped && record->writer.pid && ops->alive(ops, record->writer)) {
			writers[count++] = record->writer;
		}
	}
	if (guard->leaving) {
		return -EINTR;
	}
	guard->retry_ms = guard->retry_ms ? guard->retry_ms * 2 : RETRY_FIRST_MS;
	if (guard->retry_ms > RETRY_MAX_MS) {
		guard->retry_ms = RETRY_MAX_MS;
	}
	return watch(guard, writers, count, guard->retry_ms, error);
}

/* The guest is not there: is it time to do without its daemon? */
static int wait_for_daemon(
	struct guard *guard, const struct journal *journal, struct error *error) {
	uint64_t now_us = guard->session->handover.ops->now_us(guard->session->handover.ops);

	if (!guard->gone_since_us) {
		guard->gone_since_us = now_us;
	}
	if (guard->leaving || now_us - guard->gone_since_us >= GRACE_US) {
		return bring_home_now(guard, journal, error);
	}
	return watch(guard, NULL, 0,
		(unsigned int)((GRACE_US - (now_us - guard->gone_since_us)) / 1000) + 1, error);
}

static int watch_guest(struct guard *guard, const struct journal *journal, struct error *error) {
	struct ops *ops = guard->session->handover.ops;
	struct sight sight;
	int r = ops->guest(ops, journal->guest, &journal->owner, &sight, error);

	if (r < 0) {
		return r;
	}
	if (sight.state == GUEST_RUNNING) {
		guard->seen = true;
		guard->gone_since_us = 0;
		return watch(guard, &sight.hypervisor, sight.hypervisor.pid != 0,
			sight.hypervisor.pid ? RETRY_MAX_MS : LOOK_MS, error);
	}
	if (sight.state == GUEST_STARTING && !guard->seen) {
		return watch(guard, &journal->owner.daemon, 1, LOOK_MS, error);
	}
	return wait_for_daemon(guard, journal, error);
}

/* One look at the journal and one wait. 1: there is no journal any more, the work is done. */
static int look(struct guard *guard, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	struct ops *ops = guard->session->handover.ops;
	int r = journal_load(ops, guard->guest, &journal, error);

	if (r < 0) {
		return r == -ENOENT ? 1 : r;
	}
	if (journal->held) {
		return watch_guest(guard, journal, error);
	}
	if (!journal->homeward && ops->alive(ops, journal->owner.runner)) {
		return watch(guard, &journal->owner.runner, 1, RETRY_MAX_MS, error);
	}
	/* A run that died, or a way home: the lock tells whether somebody is still on it. */
	return bring_home_now(guard, journal, error);
}

enum result command_guard(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	struct guard guard = {.session = &session, .guest = invocation->words[0]};
	struct error error = {0};
	enum result result = session_open_anyway(invocation, &session);
	int r = 0;

	result = result ? result : session_open_machine(&session, false);
	while (result == RESULT_DONE && r == 0) {
		r = look(&guard, &error);
		if (r == -EINTR && !guard.leaving) {
			guard.leaving = true;
			r = look(&guard, &error);
			break;
		}
	}
	return r < 0 && r != -EINTR ? command_fail(RESULT_UNRESOLVED, &error) : result;
}
