// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "front/select.h"
#include "report/sentence.h"

/*
 * baton rehearse: a hand-over without a guest, and home again when somebody says so or, should
 * there be no picture to see by, after a while. Whoever kills us has the guard bring everything
 * home.
 */

#define TIMEOUT_S     30
#define TIMEOUT_MAX_S 3600

#define DOOR "rehearsal"

struct rehearsal {
	struct session *session;
	struct request request;
	unsigned int timeout_s;
	uint64_t out_us;
};

static enum result take(const struct invocation *invocation, struct rehearsal *rehearsal) {
	AUTO_HOST struct host host = {0};
	struct session *session = rehearsal->session;
	struct error error = {0};
	struct ops *ops;
	uint64_t begun_us;
	enum result result = select_here(session, invocation, DOOR, &host, &rehearsal->request);

	if (result != RESULT_DONE) {
		return result;
	}
	ops = session->handover.ops;
	begun_us = ops->now_us(ops);
	session->handover.guarded = true;
	result = detach(&session->handover, &rehearsal->request, DOOR, &error);
	rehearsal->out_us = ops->now_us(ops) - begun_us;
	return session_report(session, result, &error);
}

/* Whatever went wrong with waiting, the way is home. */
static void wait_for_end(const struct rehearsal *rehearsal) {
	static const char *const reasons[] = {
		[PAUSE_OVER] = "the time is over",
		[PAUSE_KEY] = "Enter was pressed",
		[PAUSE_SIGNAL] = "asked to end",
	};
	const struct session *session = rehearsal->session;
	enum pause_end end = PAUSE_OVER;
	struct error error = {0};

	if (!session->report) {
		fprintf(stderr, "baton: a guest could have them now; they come home in %u s%s\n",
			rehearsal->timeout_s,
			isatty(STDIN_FILENO) ? ", or when Enter is pressed" : "");
	}
	if (session->platform->pause(rehearsal->timeout_s * 1000, &end, &error) < 0) {
		(void)session_fail(session, RESULT_UNDONE, &error);
	} else if (!session->report) {
		fprintf(stderr, "baton: %s\n", reasons[end]);
	}
}

static void say(const struct rehearsal *rehearsal, uint64_t back_us) {
	const struct plan *plan = rehearsal->session->handover.plan;
	struct address devices[PLAN_DEVICES_MAX];
	struct feat feat = {
		.title = rehearsal->request.title,
		.devices = devices,
		.device_count = plan->device_count,
		.took_us = rehearsal->out_us,
		.back_us = back_us,
	};
	AUTO_TEXT struct text text = {0};

	for (size_t i = 0; i < plan->device_count; i++) {
		devices[i] = plan->devices[i].address;
	}
	address_sort(devices, plan->device_count);
	if (report_rehearsed(&feat, &text) == 0) {
		session_say(rehearsal->session, &text);
	}
}

static enum result give_back(const struct rehearsal *rehearsal) {
	struct session *session = rehearsal->session;
	struct ops *ops = session->handover.ops;
	struct error error = {0};
	uint64_t begun_us = ops->now_us(ops);
	enum result result = reattach(&session->handover, rehearsal->request.guest, &error);

	if (result == RESULT_DONE) {
		say(rehearsal, ops->now_us(ops) - begun_us);
		return result;
	}
	return session_report(session, result, &error);
}

static enum result rehearse(const struct invocation *invocation, struct session *session) {
	struct rehearsal rehearsal = {.session = session};
	struct error error = {0};
	enum result result;

	if (invocation_timeout(invocation, TIMEOUT_S, &rehearsal.timeout_s, &error) < 0) {
		return session_fail(session, RESULT_USAGE, &error);
	}
	if (rehearsal.timeout_s > TIMEOUT_MAX_S) {
		error_set(&error, -ERANGE, "a rehearsal takes at most %d s", TIMEOUT_MAX_S);
		return session_fail(session, RESULT_USAGE, &error);
	}
	result = session_step_aside(session);
	result = result ? result : take(invocation, &rehearsal);
	if (result != RESULT_DONE) {
		return result;
	}
	wait_for_end(&rehearsal);
	return give_back(&rehearsal);
}

int command_rehearse(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	enum result result;

	if (invocation->options & OPTION_DRY_RUN) {
		return plan_show(invocation, DOOR);
	}
	result = session_open(invocation, NULL, &session);
	result = result ? result : session_begin_report(invocation, &session);
	if (result != RESULT_DONE) {
		return result;
	}
	return session_end_report(&session, rehearse(invocation, &session));
}
