// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.h"

#include "front/session.h"

int command_guard(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	struct error error = {0};
	enum result result = session_open_anyway(invocation, &session);

	result = result ? result : session_open_machine(&session, false);
	if (result != RESULT_DONE) {
		return result;
	}
	session.handover.home_ms = session.configuration->home_watch_s * 1000;
	result = guard(&session.handover, invocation->words[0], &error);
	return result == RESULT_DONE ? result : command_fail(result, &error);
}
