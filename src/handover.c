// SPDX-License-Identifier: GPL-2.0-or-later
#include "handover.h"

#include <errno.h>
#include <string.h>

#include "asked.h"
#include "turn.h"

/*
 * The path, from the top: detach, reattach, cycle, repair. Each is what it does under the lock, and
 * what it is called by; what they are made of stands below them.
 */

/* What is done under the lock, and to what. */
struct task {
	enum result (*run)(struct handover *handover, const struct task *task, struct error *error);
	enum result busy; /* the result if somebody else has the lock */
	const char *guest;
	const struct request *request;
	const char *door;
	const char (*drivers)[VALUE_SIZE]; /* of the request's devices */
	bool named;                        /* also what somebody has named a driver for */
	const struct journal *seen;
	bool even_by_hand;
};

static enum result do_locked(
	struct handover *handover, const struct task *task, struct error *error) {
	enum result result;

	if (handover->ops->lock(handover->ops, error) < 0) {
		return task->busy;
	}
	result = task->run(handover, task, error);
	handover->ops->unlock(handover->ops);
	return result;
}

static enum result clear_the_way(struct handover *handover, const char *guest, struct error *error);
static int look_and_plan(struct handover *handover, const struct request *request,
	struct host *host, struct error *error);
static enum result carry_out(struct handover *handover, const struct host *host,
	const struct request *request, const char *door, struct error *error);
static enum result bring_back(struct ops *ops, struct journal *journal, struct error *error);
static void clear_leftovers(struct ops *ops, const struct planned_device *devices, size_t count);

/* Before the first step, so that it can be read also where the last one crashes the machine. */
static void warn(const struct handover *handover, const char *guest) {
	for (size_t i = 0; i < handover->plan->warning_count; i++) {
		AUTO_TEXT struct text text = {0};
		struct event event = {.guest = guest, .outcome = OUTCOME_WARNED};

		if (warning_format(&handover->plan->warnings[i], &text) == 0) {
			event.detail = text.data;
			handover->ops->tell(handover->ops, &event);
		}
	}
}

static enum result detach_locked(
	struct handover *handover, const struct task *task, struct error *error) {
	AUTO_HOST struct host host = {0};
	enum result result = clear_the_way(handover, task->request->guest, error);

	if (result != RESULT_DONE) {
		return result;
	}
	if (look_and_plan(handover, task->request, &host, error) < 0 ||
		handover->plan->refusal_count > 0) {
		return RESULT_REFUSED;
	}
	warn(handover, task->request->title);
	return carry_out(handover, &host, task->request, task->door, error);
}

enum result detach(struct handover *handover, const struct request *request, const char *door,
	struct error *error) {
	const struct task task = {
		.run = detach_locked, .busy = RESULT_REFUSED, .request = request, .door = door};

	return do_locked(handover, &task, error);
}

static enum result reattach_locked(
	struct handover *handover, const struct task *task, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	int r = journal_load(handover->ops, task->guest, &journal, error);

	if (r < 0) {
		return r == -ENOENT ? RESULT_DONE : RESULT_UNRESOLVED;
	}
	return bring_back(handover->ops, journal, error);
}

enum result reattach(struct handover *handover, const char *guest, struct error *error) {
	const struct task task = {
		.run = reattach_locked, .busy = RESULT_UNRESOLVED, .guest = guest};
	AUTO_JOURNAL struct journal *journal = NULL;

	if (journal_load(handover->ops, guest, &journal, NULL) == -ENOENT) {
		return RESULT_DONE;
	}
	return do_locked(handover, &task, error);
}

static enum result cycle_locked(
	struct handover *handover, const struct task *task, struct error *error) {
	enum result result = detach_locked(handover, task, error);

	return result == RESULT_DONE ? reattach_locked(handover, task, error) : result;
}

enum result cycle(struct handover *handover, const struct request *request, struct error *error) {
	const struct task task = {.run = cycle_locked,
		.busy = RESULT_REFUSED,
		.guest = request->guest,
		.request = request,
		.door = "cycle"};

	return do_locked(handover, &task, error);
}

static enum result repair_locked(
	struct handover *handover, const struct task *task, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	bool abandoned;
	int r = journal_load(handover->ops, task->guest, &journal, error);

	if (r == -ENOENT) {
		return RESULT_DONE;
	}
	r = r < 0 ? r : turn_is_nobodys(handover->ops, journal, &abandoned, error);
	if (r < 0) {
		return RESULT_UNRESOLVED;
	}
	return abandoned ? bring_back(handover->ops, journal, error) : RESULT_DONE;
}

enum result repair_guest(struct handover *handover, const char *guest, struct error *error) {
	const struct task task = {.run = repair_locked, .busy = RESULT_UNRESOLVED, .guest = guest};

	return do_locked(handover, &task, error);
}

enum result repair(struct handover *handover, struct error *error) {
	AUTO_NAMES struct names guests = {0};
	enum result result = RESULT_DONE;
	struct error why = {0};

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

static enum result reclaim_locked(
	struct handover *handover, const struct task *task, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	int r = journal_load(handover->ops, task->seen->guest, &journal, error);

	if (r == -ENOENT) {
		return RESULT_DONE;
	}
	r = r < 0 ? r
		  : turn_check_seen(handover->ops, journal, task->seen, task->even_by_hand, error);
	if (r < 0) {
		return r == -EAGAIN ? RESULT_REFUSED : RESULT_UNRESOLVED;
	}
	return bring_back(handover->ops, journal, error);
}

enum result reclaim(struct handover *handover, const struct journal *seen, bool even_by_hand,
	struct error *error) {
	const struct task task = {.run = reclaim_locked,
		.busy = RESULT_UNRESOLVED,
		.seen = seen,
		.even_by_hand = even_by_hand};

	return do_locked(handover, &task, error);
}

/* Only what is asked for and what no guest has. */
static int plan_home(struct handover *handover, const struct request *request,
	const char (*drivers)[VALUE_SIZE], struct host *host, struct error *error) {
	AUTO_CLAIMS struct claims claims = {0};
	int r = handover->ops->look(handover->ops, host, error);

	r = r < 0 ? r : claims_read(handover->ops, request->guest, &claims, error);
	return r < 0 ? r : plan_make_home(host, request, drivers, &claims, &handover->plan, error);
}

/* Has somebody named a driver for one of the devices? Then the plan takes that back. */
static bool takes_override_back(const struct plan *plan) {
	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].step.fact == FACT_OVERRIDE) {
			return true;
		}
	}
	return false;
}

static enum result bring_home_locked(
	struct handover *handover, const struct task *task, struct error *error) {
	const struct request *request = task->request;
	AUTO_HOST struct host host = {0};
	enum result result = clear_the_way(handover, request->guest, error);

	if (result != RESULT_DONE) {
		return result;
	}
	if (plan_home(handover, request, task->drivers, &host, error) < 0 ||
		handover->plan->refusal_count > 0) {
		return RESULT_REFUSED;
	}
	if (!task->named && takes_override_back(handover->plan)) {
		error_set(error, -ESTALE, "somebody has named a driver for it meanwhile");
		return RESULT_REFUSED;
	}
	result = carry_out(handover, &host, request, "home", error);
	if (result == RESULT_DONE) {
		/* The plan of a way home leaves nothing to undo: its journal bridged the steps. */
		(void)!handover->ops->journal_remove(handover->ops, request->guest, NULL);
		clear_leftovers(
			handover->ops, handover->plan->devices, handover->plan->device_count);
	}
	return result;
}

enum result bring_home(struct handover *handover, const struct request *request,
	const char (*drivers)[VALUE_SIZE], struct error *error) {
	const struct task task = {.run = bring_home_locked,
		.busy = RESULT_REFUSED,
		.request = request,
		.drivers = drivers,
		.named = true};

	return do_locked(handover, &task, error);
}

enum result regain(struct handover *handover, const struct request *request,
	const char (*drivers)[VALUE_SIZE], struct error *error) {
	const struct task task = {.run = bring_home_locked,
		.busy = RESULT_REFUSED,
		.request = request,
		.drivers = drivers};

	return do_locked(handover, &task, error);
}

int preview(struct handover *handover, const struct request *request, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	AUTO_HOST struct host host = {0};
	int r = journal_load(handover->ops, request->guest, &journal, error);

	if (r == 0) {
		r = turn_check_former(handover->ops, journal, error);
	}
	return r < 0 && r != -ENOENT ? r : look_and_plan(handover, request, &host, error);
}

int preview_home(struct handover *handover, const struct request *request,
	const char (*drivers)[VALUE_SIZE], struct error *error) {
	AUTO_HOST struct host host = {0};

	return plan_home(handover, request, drivers, &host, error);
}

/* What is there, what is wanted, what others have: what must change. */
static int look_and_plan(struct handover *handover, const struct request *request,
	struct host *host, struct error *error) {
	AUTO_CLAIMS struct claims claims = {0};
	AUTO_ANSWERS struct answers answers = {0};
	struct asked asked;
	int r = handover->ops->look(handover->ops, host, error);

	r = r < 0 ? r : asked_fill(handover->ops, host, request, &asked, &answers, error);
	r = r < 0 ? r : claims_read(handover->ops, request->guest, &claims, error);
	asked.known = handover->known;
	return r < 0 ? r : plan_make(host, request, &claims, &asked, &handover->plan, error);
}

static int start_guard(struct handover *handover, const char *guest, struct error *error) {
	int r = handover->guarded ? handover->ops->guard(handover->ops, guest, error) : 0;

	if (r < 0) {
		(void)!handover->ops->journal_remove(handover->ops, guest, NULL);
		return error_add(error, r, "nobody would watch over this (by hand: --no-guard)");
	}
	return 0;
}

/*
 * What was done by hand stands in the guest's journal too by now. Where the old one cannot be
 * removed, the facts are shared, and the person who detached the card has it back afterwards.
 */
static void forget_adopted(struct ops *ops, const struct plan *plan) {
	for (size_t i = 0; i < plan->adopted_count; i++) {
		(void)!ops->journal_remove(ops, plan->adopted[i], NULL);
	}
}

/* Journal, guard, steps: in this order, so that whoever dies leaves somebody who knows. */
static enum result carry_out(struct handover *handover, const struct host *host,
	const struct request *request, const char *door, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	struct ops *ops = handover->ops;
	struct beginning beginning = {.plan = handover->plan, .request = request, .host = host};
	struct owner *owner = &beginning.owner;
	enum result result;
	int r = name_set(owner->door, sizeof(owner->door), door);

	ops->self(ops, &owner->runner, &owner->daemon);
	r = r < 0 ? r : journal_create(ops, &beginning, &journal, error);
	r = r < 0 ? r : start_guard(handover, request->guest, error);
	if (r < 0) {
		return RESULT_REFUSED;
	}
	result = run_plan(ops, journal, handover->plan, error);
	if (result == RESULT_DONE) {
		forget_adopted(ops, handover->plan);
	}
	return result;
}

/* Ids that a hypervisor added to vfio-pci would grab the device back at the next probe (seed 001b).
 */
static void clear_leftovers(struct ops *ops, const struct planned_device *devices, size_t count) {
	for (size_t i = 0; i < count; i++) {
		(void)!ops->forget_ids(ops, devices[i].name, NULL);
	}
}

/* Has this hand-over changed its driver? */
static bool has_moved(const struct journal *journal, const char *device) {
	for (size_t i = 0; i < journal->record_count; i++) {
		const struct step *step = &journal->records[i].step;

		if (step->fact == FACT_DRIVER && strcmp(step->subject, device) == 0) {
			return true;
		}
	}
	return false;
}

/* What VFIO had all along is somebody's own assignment, and so are the ids that keep it there. */
static enum result bring_back(struct ops *ops, struct journal *journal, struct error *error) {
	enum result result = run_undo(ops, journal, error);

	for (size_t i = 0; result == RESULT_DONE && i < journal->device_count; i++) {
		if (has_moved(journal, journal->devices[i].name)) {
			clear_leftovers(ops, &journal->devices[i], 1);
		}
	}
	return result;
}

static enum result clear_the_way(
	struct handover *handover, const char *guest, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	int r = journal_load(handover->ops, guest, &journal, error);

	if (r == -ENOENT) {
		return RESULT_DONE;
	}
	r = r < 0 ? r : turn_check_former(handover->ops, journal, error);
	return r < 0 ? RESULT_REFUSED : bring_back(handover->ops, journal, error);
}
