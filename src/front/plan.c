// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "base/text.h"
#include "front/memory.h"
#include "front/select.h"
#include "report/plan.h"

/*
 * From files alone: below another root nobody can be asked, and without privileges not everybody. A
 * display manager that is configured is taken to be up.
 */
static int plan_from_files(struct session *session, struct host *host,
	const struct request *request, struct error *error) {
	const struct claims claims = {0};
	const struct asked asked = {.display_manager_up = host->display_manager.unit[0] != '\0'};
	int r = host_read_holders(session->root, host, error);

	return r < 0 ? r
		     : plan_make(host, request, &claims, &asked, &session->handover.plan, error);
}

int plan_for(struct session *session, struct host *host, const struct request *request,
	bool captured, struct error *error) {
	int r = captured ? -EACCES : preview(&session->handover, request, error);

	if (r != -EACCES) {
		return r;
	}
	if (!captured) {
		fprintf(stderr, "baton: what guests have is in /run/baton, which only root may "
				"read: this plan does not take it into account\n");
	}
	return plan_from_files(session, host, request, error);
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
	fputs(text.data, stdout);
	return plan->refusal_count > 0 ? RESULT_REFUSED : RESULT_DONE;
}

int plan_show(const struct invocation *invocation, const char *door) {
	AUTO_SESSION struct session session = {.root = -1};
	AUTO_HOST struct host host = {0};
	struct request request = {0};
	struct known known;
	bool captured = invocation->options & OPTION_ROOT;
	struct error error;
	enum result result = session_open(invocation, NULL, &session);

	if (result == RESULT_DONE && !captured) {
		result = session_open_machine(&session, false);
	}
	if (result != RESULT_DONE) {
		return result;
	}
	if (host_read(session.root, &host, &error) < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	result = select_request(&session, &host, invocation, door, &request);
	if (result != RESULT_DONE) {
		return result;
	}
	if (request.later) {
		fprintf(stderr,
			"baton: a device comes from a network's pool: libvirt chooses it when the "
			"guest starts, and that one is left to libvirt\n");
	}
	if (!captured && !text_starts(request.guest, "hand:") && !door) {
		session_recall(&session, &request, &known);
	}
	if (plan_for(&session, &host, &request, captured, &error) < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	return print(&session, invocation->options & OPTION_JSON);
}

int command_plan(const struct invocation *invocation) {
	return plan_show(invocation, NULL);
}
