// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "run/oops.h"
#include "stay.h"

/*
 * How often to look again at what gives no event: a QEMU that is about to start, a daemon that
 * hangs. Nothing depends on being quick there, and each look reads all of /proc.
 */
#define LOOK_MS 10000

#define RETRY_FIRST_MS 2000
#define RETRY_MAX_MS   60000

/*
 * How long a way home is left to whoever is on it after it has last got on. The lock would tell at
 * once whether somebody is, but who waits for it cannot look.
 */
#define WAY_HOME_US ((uint64_t)2 * 1000 * 1000)

/* Whoever keeps the host from being suspended may be down, and come back. */
#define ASK_AGAIN_US ((uint64_t)30 * 1000 * 1000)

struct guard {
	struct handover *handover;
	const char *guest;
	bool seen;         /* the guest has run */
	bool leaving;      /* the host shuts down: what no QEMU has comes home at once */
	bool at_post;      /* whoever waits for our start has been told of it, */
	bool awake;        /* and since then the host is kept from being suspended; */
	uint64_t asked_us; /* when that was last asked for; 0: not yet */
	uint64_t gone_since_us;
	unsigned int retry_ms;
	unsigned int line; /* of the journal, while it is on its way home, */
	uint64_t line_us;  /* and since when that has been its last */
	struct stay stay;
};

static int watch(struct guard *guard, const struct process *processes, size_t count,
	unsigned int timeout_ms, struct error *error) {
	struct ops *ops = guard->handover->ops;

	return ops->watch(ops, processes, count, timeout_ms, error);
}

/* Who is still in the kernel for this hand-over. */
static size_t find_writers(
	struct ops *ops, const struct journal *journal, struct process ret[PLAN_STEPS_MAX]) {
	size_t count = 0;

	for (size_t i = 0; i < journal->record_count; i++) {
		const struct record *record = &journal->records[i];

		if (!record->popped && record->writer.pid && ops->alive(ops, record->writer)) {
			ret[count++] = record->writer;
		}
	}
	return count;
}

/* Says what went wrong, and waits: for a stuck writer to end, or for a while. */
static int try_later(struct guard *guard, const struct journal *journal, const struct error *why,
	struct error *error) {
	struct ops *ops = guard->handover->ops;
	struct event event = {
		.guest = journal->title, .outcome = OUTCOME_STUCK, .detail = why->text};
	struct process writers[PLAN_STEPS_MAX];

	ops->tell(ops, &event);
	if (guard->leaving) {
		return -EINTR;
	}
	/* What we have just done ourselves is no news. */
	if (watch(guard, NULL, 0, 0, error) == -EINTR) {
		return -EINTR;
	}
	guard->retry_ms = guard->retry_ms ? guard->retry_ms * 2 : RETRY_FIRST_MS;
	if (guard->retry_ms > RETRY_MAX_MS) {
		guard->retry_ms = RETRY_MAX_MS;
	}
	return watch(guard, writers, find_writers(ops, journal, writers), guard->retry_ms, error);
}

/* Is a journal left that says nothing any more, because it cannot be removed? */
static bool is_left(struct guard *guard, struct error *why) {
	AUTO_JOURNAL struct journal *journal = NULL;

	if (journal_load(guard->handover->ops, guard->guest, &journal, NULL) < 0 || journal->held ||
		journal_depth(journal) > 0) {
		return false;
	}
	error_set(why, -EROFS, "everything is home, but its journal cannot be removed");
	return true;
}

/* After an oops nothing that is left is ever tried again: there is nothing to wait for. */
static bool is_beyond_help(struct guard *guard) {
	AUTO_JOURNAL struct journal *journal = NULL;

	return journal_load(guard->handover->ops, guard->guest, &journal, NULL) == 0 &&
	       oops_is_final(journal);
}

/* What we have written ourselves is nobody's getting on. */
static void note_line(struct guard *guard) {
	AUTO_JOURNAL struct journal *journal = NULL;

	if (journal_load(guard->handover->ops, guard->guest, &journal, NULL) == 0) {
		guard->line = journal->line;
	}
}

static int bring_home_now(struct guard *guard, const struct journal *journal, struct error *error) {
	struct error why = {0};
	enum result result;

	guard->stay.blind = true;
	result = reclaim(guard->handover, journal, guard->leaving, &why);
	if (result == RESULT_REFUSED || (result == RESULT_DONE && !is_left(guard, &why))) {
		return 0;
	}
	note_line(guard);
	if (is_beyond_help(guard)) {
		guard->handover->ops->tell(
			guard->handover->ops, &(struct event){.guest = journal->title,
						      .outcome = OUTCOME_STUCK,
						      .detail = why.text});
		return error_set(error, -EOWNERDEAD, "%s", why.text);
	}
	return try_later(guard, journal, &why, error);
}

/* The guest is no more: is it time to do without its hypervisor? */
static int wait_for_daemon(struct guard *guard, const struct journal *journal, uint64_t grace_us,
	struct error *error) {
	uint64_t now_us = guard->handover->ops->now_us(guard->handover->ops), gone_us;

	if (!guard->gone_since_us) {
		guard->gone_since_us = now_us;
	}
	gone_us = now_us - guard->gone_since_us;
	if (guard->leaving || gone_us >= grace_us) {
		return bring_home_now(guard, journal, error);
	}
	return watch(guard, NULL, 0, (unsigned int)((grace_us - gone_us) / 1000) + 1, error);
}

static int watch_guest(struct guard *guard, const struct journal *journal, struct error *error) {
	struct ops *ops = guard->handover->ops;
	struct sight sight;
	struct error why = {0};

	if (ops->guest(ops, journal->guest, &journal->owner, &sight, &why) < 0) {
		return try_later(guard, journal, &why, error);
	}
	if (sight.state == GUEST_RUNNING && !(guard->leaving && sight.awaited.pid == 0)) {
		guard->seen = true;
		guard->gone_since_us = 0;
		return watch(guard, &sight.awaited, sight.awaited.pid != 0,
			sight.awaited.pid ? RETRY_MAX_MS : LOOK_MS, error);
	}
	if (sight.state == GUEST_STARTING && !guard->seen) {
		return watch(guard, &sight.awaited, sight.awaited.pid != 0, LOOK_MS, error);
	}
	return wait_for_daemon(guard, journal, sight.grace_us, error);
}

static int watch_way_home(struct guard *guard, const struct journal *journal, struct error *error) {
	struct ops *ops = guard->handover->ops;
	uint64_t now_us = ops->now_us(ops), since_us;

	stay_look(&guard->stay, ops);
	if (guard->line != journal->line) {
		guard->line = journal->line;
		guard->line_us = now_us;
	}
	since_us = now_us - guard->line_us;
	if (guard->leaving || since_us >= WAY_HOME_US) {
		return bring_home_now(guard, journal, error);
	}
	return watch(guard, NULL, 0, (unsigned int)((WAY_HOME_US - since_us) / 1000) + 1, error);
}

/* The card that the journal is about: of its devices the lowest, which is what people call it by.
 */
static const char *find_card(const struct journal *journal) {
	const struct planned_device *lowest = &journal->devices[0];

	for (size_t i = 1; i < journal->device_count; i++) {
		if (address_compare(journal->devices[i].address, lowest->address) < 0) {
			lowest = &journal->devices[i];
		}
	}
	return lowest->name;
}

/* Is it worth asking for? A card that comes home is about to be there, and nothing may keep us from
 * seeing it arrive. */
static bool may_ask(const struct guard *guard, const struct journal *journal, uint64_t now_us) {
	return !guard->awake && !journal->homeward && strcmp(journal->owner.door, "home") != 0 &&
	       journal->device_count > 0 &&
	       (!guard->asked_us || now_us - guard->asked_us >= ASK_AGAIN_US);
}

/*
 * Few cards survive a suspend of the host while a guest has them. The guard's start is waited for,
 * so nobody else is asked before that.
 */
static void keep_awake(struct guard *guard, const struct journal *journal) {
	struct ops *ops = guard->handover->ops;
	uint64_t now_us = ops->now_us(ops);
	char why[TITLE_SIZE + ADDRESS_SIZE + 32];

	if (guard->at_post && may_ask(guard, journal, now_us) &&
		name_format(why, sizeof(why), "%s has the card %s", journal->title,
			find_card(journal)) == 0) {
		guard->awake = ops->keep_awake(ops, why) == 0;
		guard->asked_us = now_us;
	}
	guard->at_post = true;
}

/*
 * One look at the journal and one wait. 1: there is no journal any more, the work is done. A
 * journal that cannot be read is a matter for a person.
 */
static int look(struct guard *guard, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	struct ops *ops = guard->handover->ops;
	int r = journal_load(ops, guard->guest, &journal, error);

	if (r == -ENOENT) {
		return 1;
	}
	if (r < 0) {
		return r == -EBADMSG ? r : watch(guard, NULL, 0, LOOK_MS, error);
	}
	stay_note(&guard->stay, journal);
	keep_awake(guard, journal);
	if (journal->held) {
		return watch_guest(guard, journal, error);
	}
	if (journal->homeward) {
		return watch_way_home(guard, journal, error);
	}
	if (ops->alive(ops, journal->owner.runner)) {
		if (strcmp(journal->owner.door, "home") == 0) {
			stay_look(&guard->stay, ops);
		}
		return watch(guard, &journal->owner.runner, 1, RETRY_MAX_MS, error);
	}
	/* A run that died. */
	return bring_home_now(guard, journal, error);
}

enum result guard(struct handover *handover, const char *guest, struct error *error) {
	struct guard guard = {.handover = handover, .guest = guest};
	int r = 0;

	while (r == 0) {
		r = look(&guard, error);
		if (r == -EINTR && !guard.leaving) {
			guard.leaving = true;
			r = 0;
		}
	}
	(void)!handover->ops->keep_awake(handover->ops, NULL);
	if (r > 0 && !guard.leaving) {
		r = stay_watch(&guard.stay, handover, error);
	}
	return r < 0 && r != -EINTR ? RESULT_UNRESOLVED : RESULT_DONE;
}
