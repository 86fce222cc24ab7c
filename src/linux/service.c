// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * service UNIT: up or down. All of it is asked of systemd, which does the waiting: no child.
 *
 * While the host shuts down no unit can be started, and that counts as done: such a unit is
 * remembered as excused, and reads "up" for the rest of this process as long as systemd stops, so
 * that who started it finds what it asked for. Nobody else is told so: before the start, and in any
 * other process, the unit reads what it is.
 */
#include <errno.h>
#include <string.h>

#include "linux/deadline.h"
#include "linux/seat.h"
#include "linux/unit.h"

/* For the card's node and a graphical seat, mostly there in a tenth of a second. */
#define SEAT_TIMEOUT_MS 10000

static uint64_t make_deadline(struct machine *machine) {
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

static int check_name(struct machine *machine, const char *unit, struct error *error) {
	if (!unit_is_name(unit)) {
		return error_set(error, -EINVAL, "\"%s\" cannot be the name of a unit", unit);
	}
	if (!bus_is_there(machine)) {
		return error_set(
			error, -ENODEV, "there is no unit %s: systemd does not run here", unit);
	}
	return 0;
}

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	AUTO_BUS struct bus bus = {0};
	bool up;
	int r = check_name(machine, subject, error);

	if (r >= 0) {
		r = bus_open(make_deadline(machine), &bus, error);
	}
	if (r >= 0) {
		r = unit_is_up(&bus, subject, &up, error);
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
static int settle(struct bus *bus, const struct step *step, int r, struct error *error) {
	bool up;

	if (r == -EIO && unit_is_up(bus, step->subject, &up, NULL) == 0 &&
		up == (strcmp(step->to, VALUE_UP) == 0)) {
		return 0;
	}
	return r < 0 ? error_add(error, r, "cannot bring %s %s", step->subject, step->to) : 0;
}

static int excuse(struct machine *machine, const char *unit, struct error *error) {
	int r = names_add(&machine->excused, unit);

	return r < 0 ? error_set(error, r, "out of memory") : 0;
}

static int start(struct machine *machine, const struct change *change, struct bus *bus,
	struct error *error) {
	const char *unit = change->step.subject;
	struct error missing;
	int r, waited = 0;

	if (unit_manager_stops(bus)) {
		return excuse(machine, unit, error);
	}
	if (change->home) {
		waited = seat_await(
			machine, deadline_within(bus->deadline, SEAT_TIMEOUT_MS), &missing);
	}
	r = settle(bus, &change->step, unit_start(bus, unit, error), error);
	if (r < 0 && unit_manager_stops(bus)) {
		return excuse(machine, unit, error); /* the shutdown began in between */
	}
	if (r == 0 && waited < 0) {
		/* A remark, not a failure: ops.h allows it. */
		error_set(error, 0, "%s was started although %s", unit, missing.text);
	}
	return r;
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	const struct step *step = &change->step;
	AUTO_BUS struct bus bus = {0};
	int r = check_name(machine, step->subject, error);

	if (r >= 0) {
		r = bus_open(make_deadline(machine), &bus, error);
	}
	if (r < 0) {
		return r;
	}
	if (strcmp(step->to, VALUE_UP) == 0) {
		return start(machine, change, &bus, error);
	}
	return settle(&bus, step, unit_stop(&bus, step->subject, error), error);
}

const struct fact_row service_row = {get, apply};
