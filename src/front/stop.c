// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "front/order.h"

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

static enum result say_off(const struct order *order) {
	AUTO_TEXT struct text text = {0};

	if (text_add(&text, "%s does not run\n", order->guest.title) == 0) {
		session_say(&order->session, &text);
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

/* Is it over, one way or the other? true, and what came of it. */
static bool is_over(struct order *order, struct view *view, enum result *ret) {
	bool force = order->invocation->options & OPTION_FORCE;
	bool answered = order_is_answered(order);
	struct error error = {0};

	if (order_look(order, view, &error) < 0) {
		*ret = fail(order, RESULT_UNRESOLVED, &error);
		return true;
	}
	if (view->maybe) {
		return false;
	}
	if (!order->asked && (view->runs || view->up)) {
		/* One that does not run has nobody to be asked; it may be on its way up. */
		*ret = order_send(order, force ? WISH_FORCE : WISH_STOP);
		return *ret != RESULT_DONE;
	}
	if (answered && is_off(view)) {
		order_say_done(order, report_stopped);
		*ret = RESULT_DONE;
	} else if (answered && order->code != 0 && view->runs) {
		error_set(&error, -EIO, "%s still runs: %s ended with %d: baton stop --force %s",
			order->guest.title, order_whom(order), order->code, order->guest.title);
		*ret = fail(order, RESULT_UNDONE, &error);
	} else {
		return false;
	}
	return true;
}

static enum result await_stop(struct order *order) {
	enum result result = RESULT_DONE;
	struct error error = {0};
	struct view view;

	while (!is_over(order, &view, &result)) {
		int r = order_wait(order, &view, &error);

		if (r < 0) {
			return r == -ETIMEDOUT ? time_out(order, &view, r)
					       : fail(order, RESULT_UNRESOLVED, &error);
		}
	}
	return result;
}

static enum result stop(struct order *order) {
	struct error error = {0};
	struct view view;
	enum result result = order_open(order, TIMEOUT_S);

	result = result ? result : order_begin(order);
	if (result != RESULT_DONE) {
		return result;
	}
	if (order_look_closely(order, &view, &error) < 0) {
		return fail(order, RESULT_REFUSED, &error);
	}
	return is_off(&view) ? say_off(order) : await_stop(order);
}

int command_stop(const struct invocation *invocation) {
	AUTO_ORDER struct order order = {
		.invocation = invocation, .session.root = -1, .child.answer = -1};
	enum result result = session_open_anyway(invocation, &order.session);

	result = result ? result : session_begin_report(invocation, &order.session);
	if (result != RESULT_DONE) {
		return result;
	}
	return session_end_report(&order.session, stop(&order));
}
