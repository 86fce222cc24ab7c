// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/memory.h"

#include <errno.h>
#include <string.h>

/*
 * Outside the lock and outside the journal: what is remembered is only ever what a hand-over that
 * is done has shown, so whoever dies before it is written leaves what was true the time before.
 */

/* It is a pity, and no reason to keep a guest from starting. */
static void complain(
	const struct session *session, const char *guest, const char *what, struct error *error) {
	struct event event = {.guest = guest, .outcome = OUTCOME_LEFT_ALONE, .detail = error->text};

	error_add(error, 0, "%s", what);
	session->platform->log(&event);
	(void)command_fail(RESULT_DONE, error);
}

void session_recall(struct session *session, const struct request *request, struct known *ret) {
	struct error error = {0};
	int r = session->platform->recall(session->handover.ops, request->title, ret, &error);

	if (r == 0) {
		session->handover.known = ret;
		return;
	}
	*ret = (struct known){0};
	/* A name that is too long for a file is told when it is to be written. */
	if (r != -ENOENT && r != -ENAMETOOLONG) {
		complain(session, request->title,
			"what the guest had last time is not known, and its devices are not held "
			"against it",
			&error);
	}
}

static int gather(const struct plan *plan, const struct request *request,
	const struct known *before, struct known *ret) {
	int r = name_set(ret->guest, sizeof(ret->guest), request->title);

	for (size_t i = 0; r == 0 && i < plan->device_count; i++) {
		const struct planned_device *device = &plan->devices[i];

		if (device->listed) {
			r = known_add(ret, device->address, &device->identity, before);
		}
	}
	return r;
}

static void remember(
	const struct session *session, const struct request *request, const struct known *before) {
	struct known now = {0};
	struct error error = {0};
	int r = gather(session->handover.plan, request, before, &now);

	if (r == 0 && known_same(before, &now)) {
		return;
	}
	r = r < 0 ? error_set(&error, r, "%s", strerror(-r))
		  : session->platform->remember(session->handover.ops, &now, &error);
	if (r < 0) {
		complain(session, request->title,
			"what the guest has is not remembered for the next time", &error);
	}
}

enum result session_hand_over(struct session *session, const struct request *request,
	const char *door, struct error *error) {
	struct known known;
	enum result result;

	session_recall(session, request, &known);
	result = detach(&session->handover, request, door, error);
	if (result == RESULT_DONE) {
		remember(session, request, &known);
	}
	session->handover.known = NULL;
	return result;
}
