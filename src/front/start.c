// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "front/memory.h"
#include "front/order.h"
#include "front/select.h"
#include "report/sentence.h"

/*
 * baton start: first whether the guest can have its devices and whether they would come home, then
 * its hypervisor's own start. From there on it is a start like any other (seed 001 had two kinds).
 */

#define TIMEOUT_S 300

/* How long to wait for the devices of a start that failed. */
#define HOME_S 120

struct wanted {
	struct request request;
	bool is_read;       /* a unit's command line is not */
	struct known known; /* what stood at its addresses the last time */
};

static enum result fail(const struct order *order, enum result result, const struct error *error) {
	return session_fail(&order->session, result, error);
}

static enum result read_wanted(struct order *order, struct wanted *wanted) {
	AUTO_HOST struct host host = {0};
	struct session *session = &order->session;
	struct error error = {0};
	int r = 0;

	definition_name(&order->guest, &wanted->request);
	wanted->request.policy = session->configuration->policy;
	wanted->is_read = order->guest.hypervisor != HYPERVISOR_UNIT;
	if (wanted->is_read) {
		r = host_read(session->root, &host, &error);
		r = r < 0 ? r
			  : definition_add(
				    session->root, &order->guest, &host, &wanted->request, &error);
	}
	return r < 0 ? fail(order, RESULT_REFUSED, &error) : RESULT_DONE;
}

/* Whatever would keep the guest from its devices, or them from coming home. */
static enum result check(struct order *order, struct wanted *wanted) {
	struct session *session = &order->session;
	struct error error = {0};

	if (wanted->request.device_count == 0 && !wanted->request.later) {
		return RESULT_DONE;
	}
	if (hypervisor_check_door(session->root, &order->guest, &error) < 0) {
		return fail(order, RESULT_REFUSED, &error);
	}
	session_recall(session, &wanted->request, &wanted->known);
	if (preview(&session->handover, &wanted->request, &error) < 0 ||
		session->handover.plan->refusal_count > 0) {
		return session_report(session, RESULT_REFUSED, &error);
	}
	return RESULT_DONE;
}

static void say_started(struct order *order) {
	struct ops *ops = order->session.handover.ops;
	const struct feat feat = {
		.title = order->guest.title,
		.devices = order->devices,
		.device_count = order->device_count,
		.took_us = ops->now_us(ops) - order->begun_us,
	};
	AUTO_TEXT struct text text = {0};

	if (report_started(&feat, &text) == 0) {
		order_say(order, &text);
	}
}

static enum result say_running(const struct order *order) {
	AUTO_TEXT struct text text = {0};
	int r = text_add(&text, "%s runs already%s", order->guest.title,
		order->device_count ? ", with " : "");

	r = r < 0 ? r : report_devices(order->devices, order->device_count, &text);
	if (r == 0 && text_add(&text, "\n") == 0) {
		order_say(order, &text);
	}
	return RESULT_DONE;
}

/* It did not start. Whose turn it is to bring the devices home is none of our business; the end is.
 */
static enum result fail_home(struct order *order, struct view *view, const struct error *why) {
	struct ops *ops = order->session.handover.ops;
	struct error error = {0};
	int r = 0;

	order->until_us = ops->now_us(ops) + (uint64_t)HOME_S * 1000 * 1000;
	while (r == 0 && view->away && !view->runs) {
		r = order_wait(order, view, NULL);
		r = r < 0 ? r : order_look(order, view, NULL);
	}
	if (view->away || r < 0) {
		error_set(&error, -EIO, "%s; not everything is home: `baton status`", why->text);
		return fail(order, RESULT_UNRESOLVED, &error);
	}
	error_set(&error, -EIO, "%s; everything is home", why->text);
	return fail(order, RESULT_UNDONE, &error);
}

/* Is it over, one way or the other? true, and what came of it. */
static bool is_over(
	struct order *order, const struct wanted *wanted, struct view *view, enum result *ret) {
	bool answered = order_is_answered(order), held;
	const char *whom = order_whom(order), *title = order->guest.title;
	struct error error = {0};

	if (order_look(order, view, &error) < 0) {
		*ret = fail(order, RESULT_UNRESOLVED, &error);
		return true;
	}
	held = view->held || (wanted->is_read && wanted->request.device_count == 0);
	if (answered && order->code == 0 && view->runs && held) {
		say_started(order);
		*ret = RESULT_DONE;
	} else if (answered && order->code != 0) {
		error_set(&error, -EIO, "%s has not started: %s ended with %d", title, whom,
			order->code);
		*ret = fail_home(order, view, &error);
	} else if (answered && !view->runs && !view->up) {
		error_set(&error, -EIO, "%s ended as soon as it was started (%s)", title, whom);
		*ret = fail_home(order, view, &error);
	} else if (answered && view->runs && wanted->is_read) {
		error_set(&error, -EIO,
			"%s runs, but its hypervisor has not called baton: shut it down, then see `baton install --list`",
			title);
		*ret = fail(order, RESULT_UNRESOLVED, &error);
	} else {
		return false;
	}
	return true;
}

static enum result time_out(struct order *order, const struct view *view, int r) {
	struct error error = {0};

	error_set(&error, r,
		"%s has not started within %u s, and %s is still at it: `baton status`",
		order->guest.title, order->timeout_s, order_whom(order));
	if (view->up && !view->away) {
		error_set(&error, r,
			"%s is up, but has not asked for any devices for %s within %u s: does it run `baton run --guest %s`?",
			order->guest.unit, order->guest.title, order->timeout_s, order->guest.name);
	}
	return fail(order, view->away ? RESULT_UNRESOLVED : RESULT_UNDONE, &error);
}

static enum result await_start(struct order *order, const struct wanted *wanted) {
	enum result result = RESULT_DONE;
	struct error error = {0};
	struct view view;

	while (!is_over(order, wanted, &view, &result)) {
		int r = order_wait(order, &view, &error);

		if (r < 0) {
			return r == -ETIMEDOUT ? time_out(order, &view, r)
					       : fail(order, RESULT_UNRESOLVED, &error);
		}
	}
	return result;
}

static enum result start(struct order *order) {
	struct wanted wanted = {0};
	struct error error = {0};
	struct view view;
	enum result result = order_begin(order);

	if (result != RESULT_DONE) {
		return result;
	}
	if (order_look(order, &view, &error) < 0) {
		return fail(order, RESULT_REFUSED, &error);
	}
	if (view.up || view.runs) {
		return say_running(order);
	}
	result = read_wanted(order, &wanted);
	result = result ? result : check(order, &wanted);
	result = result ? result : order_send(order, WISH_START);
	return result ? result : await_start(order, &wanted);
}

int command_start(const struct invocation *invocation) {
	AUTO_ORDER struct order order = {.session.root = -1, .child.answer = -1};
	enum result result;

	if (invocation->options & OPTION_DRY_RUN) {
		return plan_show(invocation, NULL);
	}
	result = order_open(invocation, TIMEOUT_S, &order);
	result = result ? result : session_step_aside(&order.session);
	result = result ? result : session_begin_report(invocation, &order.session);
	if (result != RESULT_DONE) {
		return result;
	}
	return session_end_report(&order.session, start(&order));
}
