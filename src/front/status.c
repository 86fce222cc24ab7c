// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/status.h"
#include "front/session.h"

#include <errno.h>

static void print_card(const struct card_status *card) {
	printf("%-13s %-10s %s\n", card->slot, card_state_name(card->state),
		card->title[0] ? card->title : "-");
	for (size_t i = 0; i < card->function_count; i++) {
		const struct device *device = card->functions[i];

		printf("  %-12s %s%s\n", device->name, device->driver[0] ? device->driver : "-",
			device->in_flight ? " (in flight)" : "");
	}
}

static enum result print(const struct status *status, bool json) {
	AUTO_TEXT struct text text = {0};
	struct error error;

	if (json) {
		int r = report_status_json(status, &text, &error);

		if (r < 0) {
			return command_fail(RESULT_UNDONE, &error);
		}
		fputs(text.data, stdout);
		return RESULT_DONE;
	}
	for (size_t i = 0; i < status->count; i++) {
		print_card(&status->cards[i]);
	}
	if (status->count == 0) {
		puts("no graphics card, and no device with a guest");
	}
	return RESULT_DONE;
}

int command_status(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	AUTO_HOST struct host host = {0};
	AUTO_CLAIMS struct claims claims = {0};
	AUTO_STATUS struct status status = {0};
	bool captured = invocation->options & OPTION_ROOT;
	struct error error = {0};
	enum result result = session_open_anyway(invocation, &session);
	int r;

	if (result == RESULT_DONE && !captured) {
		result = session_open_machine(&session, false);
	}
	if (result != RESULT_DONE) {
		return result;
	}
	r = host_read(session.root, &host, &error);
	if (r == 0 && !captured) {
		r = claims_read(session.handover.ops, "", &claims, &error);
	}
	if (r == -EACCES) {
		fprintf(stderr, "baton: who has which card is in %s, which only root may read\n",
			"/run/baton");
		r = 0;
	}
	r = r < 0 ? r : status_make(&host, &claims, &status);
	if (r < 0) {
		return command_fail(RESULT_UNRESOLVED, &error);
	}
	return print(&status, invocation->options & OPTION_JSON);
}
