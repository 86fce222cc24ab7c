// SPDX-License-Identifier: GPL-2.0-or-later
#include "turn.h"

#include <errno.h>

int turn_is_nobodys(
	struct ops *ops, const struct journal *journal, bool *ret, struct error *error) {
	struct sight sight;
	int r;

	if (!journal->held) {
		*ret = true;
		return 0;
	}
	r = ops->guest(ops, journal->guest, &journal->owner, &sight, error);
	*ret = r == 0 && sight.state == GUEST_GONE;
	return r;
}

/* Is it who called us, or nobody in particular? */
static bool is_ours(struct ops *ops, struct process process) {
	struct process self, parent;

	ops->self(ops, &self, &parent);
	return process.pid == 0 || process.pid == parent.pid;
}

int turn_check_former(struct ops *ops, const struct journal *journal, struct error *error) {
	struct sight sight = {.state = GUEST_GONE};
	int r = journal->held ? ops->guest(ops, journal->guest, &journal->owner, &sight, error) : 0;

	if (r < 0) {
		return r;
	}
	if (sight.state == GUEST_RUNNING) {
		return error_set(error, -EBUSY,
			"%s has its devices already; `baton reattach '%s'` brings them home",
			journal->title, journal->title);
	}
	if (sight.state == GUEST_STARTING && !is_ours(ops, sight.awaited)) {
		return error_set(error, -EBUSY,
			"%s is just being started by process %d: wait for it, or end it first",
			journal->title, sight.awaited.pid);
	}
	return 0;
}

int turn_check_seen(struct ops *ops, const struct journal *journal, const struct journal *seen,
	bool even_by_hand, struct error *error) {
	struct process now = journal->owner.runner, then = seen->owner.runner;
	struct sight sight;
	int r;

	if (now.pid != then.pid || now.start != then.start || journal->held != seen->held) {
		return error_set(
			error, -EAGAIN, "%s has gone on meanwhile: look again", journal->title);
	}
	r = journal->held ? ops->guest(ops, journal->guest, &journal->owner, &sight, error) : 0;
	if (r < 0 || !journal->held || sight.state != GUEST_RUNNING ||
		(even_by_hand && sight.awaited.pid == 0)) {
		return r;
	}
	return error_set(error, -EAGAIN, "%s is running (process %d): shut the guest down first",
		journal->title, sight.awaited.pid);
}
