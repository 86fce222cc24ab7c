// SPDX-License-Identifier: GPL-2.0-or-later
#include "handover.h"

#include <errno.h>
#include <string.h>

/* Is the unit up that draws on the screens? What no file says is asked for. */
static int ask(struct ops *ops, const struct host *host, struct asked *ret, struct error *error) {
	char value[VALUE_SIZE];
	int r;

	*ret = (struct asked){0};
	if (!host->display_manager.unit[0]) {
		return 0;
	}
	r = ops->get(ops, FACT_SERVICE, host->display_manager.unit, value, error);
	if (r == -ENODEV) {
		return 0;
	}
	ret->display_manager_up = r == 0 && strcmp(value, VALUE_UP) == 0;
	return r;
}

/* What is there, what is wanted, what others have: what must change. */
static int look_and_plan(struct handover *handover, const struct request *request,
	struct host *host, struct error *error) {
	AUTO_CLAIMS struct claims claims = {0};
	struct asked asked;
	int r = handover->ops->look(handover->ops, host, error);

	r = r < 0 ? r : ask(handover->ops, host, &asked, error);
	r = r < 0 ? r : claims_read(handover->ops, request->guest, &claims, error);
	return r < 0 ? r : plan_make(host, request, &claims, &asked, &handover->plan, error);
}

int preview(struct handover *handover, const struct request *request, struct error *error) {
	AUTO_HOST struct host host = {0};

	return look_and_plan(handover, request, &host, error);
}

/* Journal, guard, steps: in this order, so that whoever dies leaves somebody who knows. */
static enum result carry_out(struct handover *handover, const struct host *host,
	const struct request *request, const char *door, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	struct owner owner = {0};
	int r = name_set(owner.door, sizeof(owner.door), door);

	handover->ops->self(handover->ops, &owner.runner, &owner.daemon);
	r = r < 0 ? r
		  : journal_create(
			    handover->ops, handover->plan, request, host, &owner, &journal, error);
	if (r == 0 && handover->guarded) {
		r = handover->ops->guard(handover->ops, request->guest, error);
		if (r < 0) {
			(void)!handover->ops->journal_remove(handover->ops, request->guest, NULL);
			error_add(error, r, "nobody would watch over this (by hand: --no-guard)");
		}
	}
	return r < 0 ? RESULT_REFUSED : run_plan(handover->ops, journal, handover->plan, error);
}

/* Ids that a hypervisor added to vfio-pci would grab the device back at the next probe (seed 001b).
 */
static void clear_leftovers(struct ops *ops, const struct journal *journal) {
	for (size_t i = 0; i < journal->device_count; i++) {
		(void)!ops->forget_ids(ops, journal->devices[i].name, NULL);
	}
}

static enum result bring_back(struct ops *ops, struct journal *journal, struct error *error) {
	enum result result = run_undo(ops, journal, error);

	if (result == RESULT_DONE) {
		clear_leftovers(ops, journal);
	}
	return result;
}

/* Is it nobody's turn any more? Interrupted on the way out or home, or held by a guest that is
 * gone. */
static int is_abandoned(
	struct ops *ops, const struct journal *journal, bool *ret, struct error *error) {
	struct sight sight;
	int r;

	if (!journal->held) {
		*ret = true; /* we have the lock: whoever ran it does not run any more */
		return 0;
	}
	r = ops->guest(ops, journal->guest, &journal->owner, &sight, error);
	*ret = r == 0 && sight.state == GUEST_GONE;
	return r;
}

/* Under the lock. *ret_there: the journal is there and its guest has what it says. */
static enum result undo_if_abandoned(
	struct handover *handover, const char *guest, bool *ret_there, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	bool abandoned;
	int r = journal_load(handover->ops, guest, &journal, error);

	*ret_there = false;
	if (r == -ENOENT) {
		return RESULT_DONE;
	}
	r = r < 0 ? r : is_abandoned(handover->ops, journal, &abandoned, error);
	if (r < 0) {
		return RESULT_UNRESOLVED;
	}
	if (!abandoned) {
		*ret_there = true;
		return RESULT_DONE;
	}
	return bring_back(handover->ops, journal, error);
}

/*
 * Has the guest a journal already? An interrupted run's is undone first; that of a guest that runs
 * is in the way.
 */
static enum result clear_the_way(
	struct handover *handover, const char *guest, struct error *error) {
	bool there;
	enum result result = undo_if_abandoned(handover, guest, &there, error);

	if (result == RESULT_DONE && there) {
		error_set(error, -EBUSY,
			"%s has its devices already; bring them home with `baton reattach %s` first",
			guest, guest);
		return RESULT_REFUSED;
	}
	return result;
}

enum result detach(struct handover *handover, const struct request *request, const char *door,
	struct error *error) {
	AUTO_HOST struct host host = {0};
	enum result result;

	if (handover->ops->lock(handover->ops, error) < 0) {
		return RESULT_REFUSED;
	}
	result = clear_the_way(handover, request->guest, error);
	if (result == RESULT_DONE && look_and_plan(handover, request, &host, error) < 0) {
		result = RESULT_REFUSED;
	}
	if (result == RESULT_DONE && handover->plan->refusal_count > 0) {
		result = RESULT_REFUSED;
	}
	if (result == RESULT_DONE) {
		result = carry_out(handover, &host, request, door, error);
	}
	handover->ops->unlock(handover->ops);
	return result;
}

enum result reattach(struct handover *handover, const char *guest, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	enum result result = RESULT_DONE;
	int r = handover->ops->lock(handover->ops, error);

	if (r < 0) {
		return RESULT_UNRESOLVED;
	}
	r = journal_load(handover->ops, guest, &journal, error);
	if (r == 0) {
		result = bring_back(handover->ops, journal, error);
	} else if (r != -ENOENT) {
		result = RESULT_UNRESOLVED;
	}
	handover->ops->unlock(handover->ops);
	return result;
}

enum result repair_guest(struct handover *handover, const char *guest, struct error *error) {
	enum result result;
	bool there;

	if (handover->ops->lock(handover->ops, error) < 0) {
		return RESULT_UNRESOLVED;
	}
	result = undo_if_abandoned(handover, guest, &there, error);
	handover->ops->unlock(handover->ops);
	return result;
}

enum result repair(struct handover *handover, struct error *error) {
	AUTO_NAMES struct names guests = {0};
	enum result result = RESULT_DONE;
	struct error why;

	if (handover->ops->journal_list(handover->ops, &guests, error) < 0) {
		return RESULT_UNRESOLVED;
	}
	for (size_t i = 0; i < guests.count; i++) {
		enum result one = repair_guest(handover, guests.names[i], &why);

		if (one != RESULT_DONE && result == RESULT_DONE) {
			error_set(error, -EIO, "%s: %s", guests.names[i], why.text);
			result = one;
		}
	}
	return result;
}

/* The plan of a way home leaves nothing to undo: its journal only bridges the steps. */
static enum result run_home(struct handover *handover, const struct host *host,
	const struct request *request, struct error *error) {
	enum result result = carry_out(handover, host, request, "home", error);

	if (result == RESULT_DONE) {
		(void)!handover->ops->journal_remove(handover->ops, request->guest, NULL);
	}
	return result;
}

enum result bring_home(struct handover *handover, const struct request *request,
	const char (*drivers)[VALUE_SIZE], struct error *error) {
	AUTO_HOST struct host host = {0};
	AUTO_CLAIMS struct claims claims = {0};
	enum result result;
	int r;

	if (handover->ops->lock(handover->ops, error) < 0) {
		return RESULT_REFUSED;
	}
	result = clear_the_way(handover, request->guest, error);
	r = handover->ops->look(handover->ops, &host, error);
	r = r < 0 ? r : claims_read(handover->ops, request->guest, &claims, error);
	r = r < 0 ? r : plan_make_home(&host, request, drivers, &claims, &handover->plan, error);
	if (result == RESULT_DONE && (r < 0 || handover->plan->refusal_count > 0)) {
		result = RESULT_REFUSED;
	}
	if (result == RESULT_DONE) {
		result = run_home(handover, &host, request, error);
	}
	handover->ops->unlock(handover->ops);
	return result;
}
