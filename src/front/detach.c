// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/session.h"

/*
 * By hand, no hypervisor's door involved. Each detach by hand is a guest of its own, named after
 * the first device, so that several cards can be out at the same time.
 */
static enum result name_hand(struct request *request, struct error *error) {
	char address[ADDRESS_SIZE];

	address_format(request->devices[0].address, address);
	if (name_format(request->guest, sizeof(request->guest), "hand:%s", address) < 0 ||
		name_format(request->title, sizeof(request->title), "hand:%s", address) < 0) {
		error_set(error, -1, "the address is too long");
		return RESULT_USAGE;
	}
	return RESULT_DONE;
}

int command_detach(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	AUTO_HOST struct host host = {0};
	struct request request = {0};
	struct error error = {0};
	enum result result;

	if (invocation->options & OPTION_DRY_RUN) {
		return command_plan(invocation);
	}
	result = session_open(invocation, NULL, &session);
	result = result ? result : session_open_machine(&session, true);
	if (result != RESULT_DONE) {
		return result;
	}
	if (host_read(session.root, &host, &error) < 0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	request.policy = session.configuration->policy;
	result = session_select(
		&session, &host, invocation->words, invocation->word_count, &request);
	result = result ? result : name_hand(&request, &error);
	if (result != RESULT_DONE) {
		return result;
	}
	session.handover.guarded = !(invocation->options & OPTION_NO_GUARD);
	return session_report(
		&session, detach(&session.handover, &request, "hand", &error), &error);
}
