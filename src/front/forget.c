// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "front/session.h"

static enum result forget(const struct session *session, const char *guest) {
	struct error error = {0};
	int r = session->platform->forget(session->handover.ops, guest, &error);

	if (r == -ENOENT) {
		error_set(&error, r, "nothing is remembered of a guest \"%s\"", guest);
		return command_fail(RESULT_USAGE, &error);
	}
	return r < 0 ? command_fail(RESULT_UNDONE, &error) : RESULT_DONE;
}

int command_forget(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	enum result result = session_open_anyway(invocation, &session), worst;

	worst = result ? result : session_open_machine(&session, false);
	for (size_t i = 0; worst == RESULT_DONE && i < invocation->word_count; i++) {
		result = forget(&session, invocation->words[i]);
		worst = result > worst ? result : worst;
	}
	return worst;
}
