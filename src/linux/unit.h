/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/bus.h"

/* Units of the service manager. */

/* Escapes nothing: may the word be the name of a unit? */
bool unit_is_name(const char *unit);

/* Is that ActiveState up? Becoming up counts, becoming down does not. */
bool unit_state_is_up(const char *active_state);

/* -ENODEV: there is no such unit. */
int unit_is_up(struct bus *bus, const char *unit, bool *ret, struct error *error) MUST_CHECK;

/* The system is on its way down: no unit can be started any more. */
bool unit_manager_stops(struct bus *bus);

/*
 * Start and stop return when the job is done, by the deadline of the bus: -ETIMEDOUT; -EIO says how
 * it went. Starting forgets an earlier failure first, since systemd counts starts.
 */
int unit_start(struct bus *bus, const char *unit, struct error *error) MUST_CHECK;
int unit_stop(struct bus *bus, const char *unit, struct error *error) MUST_CHECK;

/* Sends SIGKILL to the unit's main process, and returns when the unit is down: 0 also if there is
 * no such unit. */
int unit_kill(struct bus *bus, const char *unit, struct error *error) MUST_CHECK;

/* Sends a message whose reply is a job, and waits until the job is done. */
int unit_run_job(struct bus *bus, const char *unit, sd_bus_message *message, struct error *error)
	MUST_CHECK;
