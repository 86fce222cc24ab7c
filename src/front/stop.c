// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "front/order.h"
#include "report/sentence.h"

/*
 * baton stop: its hypervisor's own stop, and then waiting for what happens at every guest's end
 * anyway.
 */

#define TIMEOUT_S 180

static enum result fail(const struct order *order, enum result result, const struct error *error) {
	return session_fail(&order->session, result, error);
}

static bool is_off(const struct view *view) {
	return !view->runs && !view->up && !view->away;
}

static enum result say_stopped(struct order *order) {
	struct ops *ops = order->session.handover.ops;
	const struct feat feat = {
		.title = order->guest.title,
		.devices = order->devices,
		.device_count = order->device_count,
		.took_us = ops->now_us(ops) - order->begun_us,
	};
	AUTO_TEXT struct text text = {0};

	if (report_stopped(&feat, &text) == 0) {
		order_say(order, &text);
	}
	return RESULT_DONE;
}

static enum result say_off(const struct order *order) {
	AUTO_TEXT struct text text = {0};

	if (text_add(&text, "%s does not run\n", order->guest.title) == 0) {
		order_say(order, &text);
	}
	return RESULT_DONE;
}

static enum result time_out(struct order *order, const struct view *view, int r) {
	struct error error = {0};

	if (view->runs || view->up) {
		error_set(&error, r, "%s still runs after %u s: baton stop --force %s",
			order->guest.title, order->timeout_s, order->guest.title);
		return fail(order, RESULT_UNDONE, &error);
	}
	error_set(&error, r, "%s is off, but its devices are not home after %u s: `baton status`",
		order->guest.title, order->timeout_s);
	return fail(order, RESULT_UNRESOLVED, &error);
}

static enum result await_stop(struct order *order, struct view *view) {
	struct error error = {0};

	for (;;) {
		bool answered = order_is_answered(order);
		int r = order_look(order, view, &error);

		if (r == 0 && answered && is_off(view)) {
			return say_stopped(order);
		}
		if (r == 0 && answered && order->code != 0 && view->runs) {
			error_set(&error, -EIO,
				"%s still runs: %s ended with %d: baton stop --force %s",
				order->guest.title, order_whom(order), order->code,
				order->guest.title);
			return fail(order, RESULT_UNDONE, &error);
		}
		r = r < 0 ? r : order_wait(order, view, &error);
		if (r < 0) {
			return r == -ETIMEDOUT ? time_out(order, view, r)
					       : fail(order, RESULT_UNRESOLVED, &error);
		}
	}
}

static enum result stop(struct order *order) {
	bool force = order->invocation->options & OPTION_FORCE;
	struct error error = {0};
	struct view view;
	enum result result = order_begin(order);

	if (result != RESULT_DONE) {
		return result;
	}
	if (order_look(order, &view, &error) < 0) {
		return fail(order, RESULT_REFUSED, &error);
	}
	if (is_off(&view)) {
		return say_off(order);
	}
	/* One that does not run has nobody to be asked; its devices are on their way. */
	if (view.runs || view.up) {
		result = order_send(order, force ? WISH_FORCE : WISH_STOP);
	}
	return result ? result : await_stop(order, &view);
}

int command_stop(const struct invocation *invocation) {
	AUTO_ORDER struct order order = {.session.root = -1, .child.answer = -1};
	enum result result = order_open(invocation, TIMEOUT_S, &order);

	result = result ? result : session_begin_report(invocation, &order.session);
	if (result != RESULT_DONE) {
		return result;
	}
	return session_end_report(&order.session, stop(&order));
}
