// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/select.h"

int command_repair(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	struct error error = {0};
	enum result result = session_open_anyway(invocation, &session);

	result = result ? result : session_open_machine(&session, true);
	if (result != RESULT_DONE) {
		return result;
	}
	if (invocation->word_count == 0) {
		return session_report(&session, repair(&session.handover, &error), &error);
	}
	for (size_t i = 0; result == RESULT_DONE && i < invocation->word_count; i++) {
		char guest[GUEST_SIZE];

		if (select_journal(&session, invocation->words[i], guest, &error) < 0) {
			return command_fail(RESULT_USAGE, &error);
		}
		result = repair_guest(&session.handover, guest, &error);
	}
	return session_report(&session, result, &error);
}
