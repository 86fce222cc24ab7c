// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * service UNIT or UID/UNIT, of the system or of a user's own manager: up or down. All of it is
 * asked of systemd, which does the waiting: no child.
 *
 * While the host shuts down no unit can be started, and that counts as done: such a unit is
 * remembered as excused, and reads "up" for the rest of this process as long as systemd stops, so
 * that who started it finds what it asked for. Nobody else is told so: before the start, and in any
 * other process, the unit reads what it is.
 */
#include <errno.h>
#include <string.h>

#include "host/display/display_manager.h"
#include "linux/deadline.h"
#include "linux/seat.h"
#include "linux/unit.h"

/* For the card's node and a graphical seat, mostly there in a tenth of a second. */
#define SEAT_TIMEOUT_MS 10000

/* What a unit is, a manager that is well says at once. That of a user need not be well. */
#define ANSWER_TIMEOUT_MS 10000

/* On the way out services are only started again that the guest can do without (plan_add_restarts):
 * it waits no longer for one, and systemd goes on with it. */
#define RESTART_TIMEOUT_MS 5000

static uint64_t make_deadline(const struct machine *machine) {
	return deadline_after(machine->options.service_timeout_ms);
}

static bool is_excused(const struct machine *machine, const char *unit) {
	for (size_t i = 0; i < machine->excused.count; i++) {
		if (strcmp(machine->excused.names[i], unit) == 0) {
			return true;
		}
	}
	return false;
}

/* Connects to the manager whose unit it is, and says how it is called there. */
static int open_manager(struct machine *machine, const char *subject, struct bus *ret,
	const char **ret_unit, struct error *error) {
	bool of_user;
	uint32_t uid;

	if (step_read_unit(subject, &of_user, &uid, ret_unit) < 0 || !unit_is_name(*ret_unit)) {
		return error_set(error, -EINVAL, "\"%s\" cannot be the name of a unit", subject);
	}
	if (!bus_is_there(machine)) {
		return error_set(
			error, -ENODEV, "there is no unit %s: systemd does not run here", subject);
	}
	return of_user ? bus_open_user(uid, make_deadline(machine), ret, error)
		       : bus_open(make_deadline(machine), ret, error);
}

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	AUTO_BUS struct bus bus = {0};
	const char *unit;
	bool up;
	int r = open_manager(machine, subject, &bus, &unit, error);

	if (r >= 0) {
		if (unit != subject) { /* of a user, whose number stands before it */
			bus.deadline = deadline_within(bus.deadline, ANSWER_TIMEOUT_MS);
		}
		r = unit_is_up(&bus, unit, &up, error);
	}
	if (r < 0) {
		return r;
	}
	if (!up && is_excused(machine, subject)) {
		up = unit_manager_stops(&bus);
	}
	strcpy(ret, up ? VALUE_UP : VALUE_DOWN);
	return 0;
}

/* Whatever the job's result: has the unit become what it should? A start that was overtaken by
 * another one ends as "canceled". */
static int settle(
	struct bus *bus, const struct step *step, const char *unit, int r, struct error *error) {
	bool up;

	if (r == -EIO && unit_is_up(bus, unit, &up, NULL) == 0 &&
		up == (strcmp(step->to, VALUE_UP) == 0)) {
		return 0;
	}
	return r < 0 ? error_add(error, r, "cannot bring %s %s", step->subject, step->to) : 0;
}

static int excuse(struct machine *machine, const char *subject, struct error *error) {
	int r = names_add(&machine->excused, subject);

	return r < 0 ? error_set(error, r, "out of memory") : 0;
}

/* Nothing else is drawn on the screens. What no file says any more is taken for nothing. */
static bool needs_seat(struct machine *machine, const char *subject) {
	struct display_manager manager = {0};

	return display_manager_read(machine->root, &manager) == 0 &&
	       strcmp(manager.unit, subject) == 0;
}

static int start(struct machine *machine, const struct change *change, struct bus *bus,
	const char *unit, struct error *error) {
	const char *subject = change->step.subject;
	struct error missing;
	int r, waited = 0;

	if (unit_manager_stops(bus)) {
		return excuse(machine, subject, error);
	}
	if (!change->home) {
		bus->deadline = deadline_within(bus->deadline, RESTART_TIMEOUT_MS);
	} else if (needs_seat(machine, subject)) {
		waited = seat_await(
			machine, deadline_within(bus->deadline, SEAT_TIMEOUT_MS), &missing);
	}
	r = settle(bus, &change->step, unit, unit_start(bus, unit, error), error);
	if (r < 0 && unit_manager_stops(bus)) {
		return excuse(machine, subject, error); /* the shutdown began in between */
	}
	if (r == 0 && waited < 0) {
		/* A remark, not a failure: ops.h allows it. */
		error_set(error, 0, "%s was started although %s", subject, missing.text);
	}
	return r;
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	const struct step *step = &change->step;
	AUTO_BUS struct bus bus = {0};
	const char *unit;
	int r = open_manager(machine, step->subject, &bus, &unit, error);

	if (r < 0) {
		return r;
	}
	if (strcmp(step->to, VALUE_UP) == 0) {
		return start(machine, change, &bus, unit, error);
	}
	return settle(&bus, step, unit, unit_stop(&bus, unit, error), error);
}

const struct fact_row service_row = {get, apply};
