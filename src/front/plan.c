// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/session.h"

#include <errno.h>

#include "report/plan.h"

/* Below another root nobody can be asked: a display manager that is configured is taken to be up.
 */
static int plan_captured(struct session *session, const struct host *host,
	const struct request *request, struct error *error) {
	const struct claims claims = {0};
	const struct asked asked = {.display_manager_up = host->display_manager.unit[0] != '\0'};

	return plan_make(host, request, &claims, &asked, &session->handover.plan, error);
}

static enum result print(const struct session *session, bool json) {
	AUTO_TEXT struct text text = {0};
	const struct plan *plan = session->handover.plan;
	struct error error;
	int r = json ? report_plan_json(plan, &text, &error) : plan_format(plan, &text);

	if (r < 0) {
		error_set(&error, r, "cannot print the plan");
		return command_fail(RESULT_UNDONE, &error);
	}
	fputs(text.length ? text.data : "nothing to do\n", stdout);
	return plan->refusal_count > 0 ? RESULT_REFUSED : RESULT_DONE;
}

int command_plan(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	AUTO_HOST struct host host = {0};
	struct request request = {0};
	bool captured = invocation->options & OPTION_ROOT;
	struct error error;
	enum result result = session_open(invocation, NULL, &session);
	int r;

	if (result == RESULT_DONE && !captured) {
		result = session_open_machine(&session, false);
	}
	if (result != RESULT_DONE) {
		return result;
	}
	r = host_read(session.root, &host, &error);
	r = r < 0 || !captured ? r : host_read_holders(session.root, &host, &error);
	if (r < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	request.policy = session.configuration->policy;
	result = session_select(
		&session, &host, invocation->words, invocation->word_count, &request);
	if (result != RESULT_DONE) {
		return result;
	}
	session_name_request(&request, "hand");
	r = captured ? plan_captured(&session, &host, &request, &error)
		     : preview(&session.handover, &request, &error);
	if (r < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	return print(&session, invocation->options & OPTION_JSON);
}
