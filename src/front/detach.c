// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/select.h"

static enum result take(const struct invocation *invocation, struct session *session) {
	AUTO_HOST struct host host = {0};
	struct request request = {0};
	struct error error = {0};
	/* No hypervisor's door is involved. */
	enum result result = select_here(session, invocation, "hand", &host, &request);

	if (result != RESULT_DONE) {
		return result;
	}
	session->handover.guarded = !(invocation->options & OPTION_NO_GUARD);
	return session_report(
		session, detach(&session->handover, &request, "hand", &error), &error);
}

int command_detach(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	enum result result;

	if (invocation->options & OPTION_DRY_RUN) {
		return plan_show(invocation, "hand");
	}
	result = session_open(invocation, NULL, &session);
	result = result ? result : session_step_aside(&session);
	result = result ? result : session_begin_report(invocation, &session);
	if (result != RESULT_DONE) {
		return result;
	}
	return session_end_report(&session, take(invocation, &session));
}
