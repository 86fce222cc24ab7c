// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "front/select.h"

/*
 * reattach --cycle: for a card that is home by all that can be read, and does not work. The one
 * thing that helps is to take it away from its driver and back (seed 001b).
 */

/* What VFIO has already would stay there, or be taken from whoever has it: that is no way home. */
static int check_device(
	const struct claims *claims, const struct device *device, struct error *error) {
	const struct claimed_device *claimed = claims_find_device(claims, device->address);

	if (strcmp(device->driver, device->vfio_driver) != 0) {
		return 0;
	}
	if (claimed) {
		return error_set(error, -EBUSY,
			"%s is on %s, and %s has it: `baton reattach '%s'` brings it home",
			device->name, device->driver, claimed->title, claimed->title);
	}
	return error_set(error, -EBUSY,
		"%s is on %s already, and no guest has it: `baton reattach %s` brings it home",
		device->name, device->driver, device->name);
}

static int check_home(const struct session *session, const struct host *host,
	const struct request *request, struct error *error) {
	AUTO_CLAIMS struct claims claims = {0};
	int r = claims_read(session->handover.ops, "", &claims, error);

	for (size_t i = 0; r == 0 && i < request->device_count; i++) {
		const struct device *device = host_device(host, request->devices[i].address);

		r = device ? check_device(&claims, device, error) : 0;
	}
	return r;
}

/* The steps out, and then the same backwards. */
static enum result show(struct session *session, const struct request *request) {
	const struct plan *plan;
	struct error error = {0};
	enum result result;

	if (preview(&session->handover, request, &error) < 0) {
		return session_fail(session, RESULT_REFUSED, &error);
	}
	plan = session->handover.plan;
	result = session_show_plan(session, request->guest);
	for (size_t i = plan->step_count; i-- > 0;) {
		struct step reverse = step_reverse(&plan->steps[i].step);

		if (!step_stays(&plan->steps[i].step)) {
			session_show_step(session, request->guest, &reverse);
		}
	}
	return result;
}

static enum result take_round(const struct invocation *invocation, struct session *session) {
	AUTO_HOST struct host host = {0};
	struct request request = {0};
	struct error error = {0};
	enum result result = select_here(session, invocation, "cycle", &host, &request);

	if (result != RESULT_DONE) {
		return result;
	}
	if (check_home(session, &host, &request, &error) < 0) {
		return session_fail(session, RESULT_REFUSED, &error);
	}
	if (invocation->options & OPTION_DRY_RUN) {
		return show(session, &request);
	}
	session->handover.guarded = !(invocation->options & OPTION_NO_GUARD);
	return session_report(session, cycle(&session->handover, &request, &error), &error);
}

int command_cycle(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	bool dry = invocation->options & OPTION_DRY_RUN;
	enum result result = session_open(invocation, NULL, &session);

	result = result || dry ? result : session_step_aside(&session);
	result = result ? result : session_begin_report(invocation, &session);
	if (result != RESULT_DONE) {
		return result;
	}
	return session_end_report(&session, take_round(invocation, &session));
}
