// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "front/memory.h"
#include "front/order.h"
#include "front/select.h"

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

static bool has_devices(const struct wanted *wanted) {
	return wanted->request.device_count > 0 || wanted->request.later;
}

/* Would they come home? */
static enum result check_door(const struct order *order, const struct wanted *wanted) {
	struct error error = {0};

	if (has_devices(wanted) &&
		hypervisor_check_door(order->session.root, &order->guest, &error) < 0) {
		return fail(order, RESULT_REFUSED, &error);
	}
	return RESULT_DONE;
}

/* Whatever would keep the guest from its devices, or them from coming home. */
static enum result check(struct order *order, struct wanted *wanted) {
	struct session *session = &order->session;
	struct error error = {0};
	enum result result = check_door(order, wanted);

	if (result != RESULT_DONE || !has_devices(wanted)) {
		return result;
	}
	session_recall(session, &wanted->request, &wanted->known);
	if (preview(&session->handover, &wanted->request, &error) < 0 ||
		session->handover.plan->refusal_count > 0) {
		return session_report(session, RESULT_REFUSED, &error);
	}
	session_warn(session);
	return RESULT_DONE;
}

static enum result say_running(const struct order *order) {
	AUTO_TEXT struct text text = {0};
	int r = text_add(&text, "%s runs already%s", order->guest.title,
		order->device_count ? ", with " : "");

	r = r < 0 ? r : report_devices(order->devices, order->device_count, &text);
	if (r == 0 && text_add(&text, "\n") == 0) {
		session_say(&order->session, &text);
	}
	return RESULT_DONE;
}

/* Has it all that it is to have? */
static bool is_whole(const struct wanted *wanted, const struct view *view) {
	return view->held || (wanted->is_read && wanted->request.device_count == 0);
}

/*
 * It was not us who started it. Whose turn it is to bring the devices home is none of our business;
 * the end is.
 */
static enum result fail_home(struct order *order, const struct wanted *wanted, struct view *view,
	const struct error *why) {
	struct ops *ops = order->session.handover.ops;
	struct error error = {0};
	int r = 0;

	order->until_us = ops->now_us(ops) + (uint64_t)HOME_S * 1000 * 1000;
	while (r == 0 && (view->maybe || (view->away && !view->runs))) {
		r = order_wait(order, view, NULL);
		r = r < 0 ? r : order_look(order, view, NULL);
	}
	if (r == 0 && view->runs && is_whole(wanted, view)) {
		return say_running(order);
	}
	if (r == 0 && view->runs) {
		error_set(&error, -EIO, "%s; all the same it runs: `baton status`", why->text);
		return fail(order, RESULT_UNRESOLVED, &error);
	}
	if (view->away || r < 0) {
		error_set(&error, -EIO, "%s; not everything is home: `baton status`", why->text);
		return fail(order, RESULT_UNRESOLVED, &error);
	}
	error_set(&error, -EIO, "%s; everything is home", why->text);
	return fail(order, RESULT_UNDONE, &error);
}

/* Of a guest under high availability, qm start only asks those who start it some time later. */
static bool is_to_come(const struct order *order, const struct view *view) {
	return order->guest.hypervisor == HYPERVISOR_PROXMOX && (!order->seen || view->starting);
}

/* Is it over, one way or the other? true, and what came of it. */
static bool is_over(
	struct order *order, const struct wanted *wanted, struct view *view, enum result *ret) {
	bool answered = order_is_answered(order);
	const char *whom = order_whom(order), *title = order->guest.title;
	struct error error = {0};

	if (order_look(order, view, &error) < 0) {
		*ret = fail(order, RESULT_UNRESOLVED, &error);
		return true;
	}
	if (!answered || view->maybe) {
		return false;
	}
	if (order->code != 0) {
		error_set(&error, -EIO, "%s has not started: %s ended with %d", title, whom,
			order->code);
		*ret = fail_home(order, wanted, view, &error);
	} else if (view->runs && is_whole(wanted, view)) {
		order_say_done(order, report_started);
		*ret = RESULT_DONE;
	} else if (!view->runs && !view->up && !is_to_come(order, view)) {
		error_set(&error, -EIO, "%s ended as soon as it was started (%s)", title, whom);
		*ret = fail_home(order, wanted, view, &error);
	} else if (view->runs && wanted->is_read) {
		error_set(&error, -EIO,
			"%s runs, but its hypervisor has not called baton: shut it down, then see `baton install --list`",
			title);
		*ret = fail(order, RESULT_UNRESOLVED, &error);
	} else {
		return false;
	}
	return true;
}

/* Nothing is as before: it may start at any time, or its unit is up. */
static enum result time_out(struct order *order, const struct view *view, int r) {
	struct error error = {0};

	error_set(&error, r, "%s has not started within %u s, and %s %s: `baton status`",
		order->guest.title, order->timeout_s, order_whom(order),
		order_is_answered(order) ? "says that it will" : "is still at it");
	if (view->up && !view->away) {
		error_set(&error, r,
			"%s is up, but has not asked for any devices for %s within %u s: does it run `baton run --guest %s`?",
			order->guest.unit, order->guest.title, order->timeout_s, order->guest.name);
	}
	return fail(order, RESULT_UNRESOLVED, &error);
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

static enum result begin(struct order *order) {
	struct wanted wanted = {0};
	struct error error = {0};
	struct view view;
	enum result result = order_begin(order);

	if (result != RESULT_DONE) {
		return result;
	}
	if (order_look_closely(order, &view, &error) < 0) {
		return fail(order, RESULT_REFUSED, &error);
	}
	if (view.runs) {
		return say_running(order);
	}
	if (view.up) { /* somebody has started it already, and it is about to have its devices */
		return await_start(order, &wanted);
	}
	result = read_wanted(order, &wanted);
	result = result ? result : check(order, &wanted);
	result = result ? result : order_send(order, WISH_START);
	return result ? result : await_start(order, &wanted);
}

/* Its title means this guest and no card. */
static enum result show(struct order *order) {
	struct invocation invocation = *order->invocation;
	struct wanted wanted = {0};
	struct error error = {0};
	enum result result = read_wanted(order, &wanted);
	char *words[] = {order->guest.title};

	result = result ? result : check_door(order, &wanted);
	if (result != RESULT_DONE) {
		return result;
	}
	if (!wanted.is_read) {
		error_set(&error, 0,
			"what %s gets is not known before it starts: it stands in the command line of %s",
			order->guest.title, order->guest.unit);
		return fail(order, RESULT_DONE, &error);
	}
	invocation.words = words;
	return (enum result)plan_show(&invocation, NULL);
}

static enum result start(struct order *order) {
	bool dry = order->invocation->options & OPTION_DRY_RUN;
	enum result result = order_open(order, TIMEOUT_S);

	result = result ? result : session_take_guest(&order->session, order->guest.name);
	if (result != RESULT_DONE || dry) {
		return result ? result : show(order);
	}
	result = session_step_aside(&order->session);
	return result ? result : begin(order);
}

int command_start(const struct invocation *invocation) {
	AUTO_ORDER struct order order = {
		.invocation = invocation, .session.root = -1, .child.answer = -1};
	bool dry = invocation->options & OPTION_DRY_RUN;
	enum result result = session_open(invocation, NULL, &order.session);

	result = result || dry ? result : session_begin_report(invocation, &order.session);
	if (result != RESULT_DONE) {
		return result;
	}
	return session_end_report(&order.session, start(&order));
}
