// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "front/survey.h"
#include "report/holders.h"
#include "report/list.h"
#include "report/table.h"

static enum result print(const struct text *text, int r, struct error *error) {
	if (r < 0) {
		if (!error->text[0]) {
			error_set(error, r, "cannot print the list: %s", strerror(-r));
		}
		return command_fail(RESULT_UNDONE, error);
	}
	fputs(text->data, stdout);
	return RESULT_DONE;
}

static enum result print_devices(const struct listing *listing, bool json) {
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	struct terminal terminal = terminal_look(STDOUT_FILENO);
	int r = json              ? report_list_json(listing, &text, &error)
		: terminal.is_one ? report_boxes(listing, &terminal, &text)
				  : report_list(listing, &text);

	return print(&text, r, &error);
}

static enum result print_holders(const struct listing *listing, bool json) {
	const struct held held = {.host = listing->host,
		.devices = listing->selected,
		.device_count = listing->selected_count};
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	int r = json ? report_holders_json(&held, &text, &error)
		     : report_holders(&held, table_is_coloured(STDOUT_FILENO), &text);

	return print(&text, r, &error);
}

int command_list(const struct invocation *invocation) {
	AUTO_SURVEY struct survey survey = {.session.root = -1};
	bool json = invocation->options & OPTION_JSON;
	enum result result = survey_take(invocation, &survey);

	if (result == RESULT_DONE && invocation->options & OPTION_HOLDERS) {
		return print_holders(&survey.listing, json);
	}
	result = result ? result : survey_judge(invocation, &survey);
	survey.listing.addresses = true;
	return result ? result : print_devices(&survey.listing, json);
}
