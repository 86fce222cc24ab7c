// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "check/check.h"
#include "front/checked.h"
#include "front/survey.h"
#include "report/drawing.h"
#include "report/page.h"

/* What `baton check` says of this machine. Where it cannot look, the page is without it. */
static const struct findings *look_for(
	const struct invocation *invocation, struct findings *findings) {
	AUTO_CHECKED struct checked checked = {.session = {.root = -1}};
	struct invocation machine = *invocation;

	machine.word_count = 0;
	if (checked_open(&machine, &checked) != RESULT_DONE ||
		check_run(&checked.up, findings) < 0) {
		return NULL;
	}
	return findings;
}

static int draw(const struct listing *listing, struct text *ret) {
	AUTO_ROOMS struct rooms rooms = {0};
	int r = rooms_make(listing, &rooms);

	return r < 0 ? r : drawing_whole(listing, &rooms, ret);
}

int command_report(const struct invocation *invocation) {
	AUTO_SURVEY struct survey survey = {.session.root = -1};
	AUTO_FINDINGS struct findings findings = {0};
	AUTO_SECRETS struct secrets secrets = {0};
	AUTO_TEXT struct text text = {0};
	struct error error;
	enum result result = survey_take(invocation, &survey);
	int r;

	result = result ? result : survey_judge(invocation, &survey);
	if (result != RESULT_DONE) {
		return result;
	}
	survey.listing.secrets = invocation->options & OPTION_SERIALS;
	survey.listing.hidden = survey.listing.secrets ? NULL : &secrets;
	r = secrets_gather(&survey.inventory.attachments, &secrets);
	if (r == 0) {
		r = invocation->options & OPTION_SVG
			    ? draw(&survey.listing, &text)
			    : report_page(&survey.listing, look_for(invocation, &findings), &text);
	}
	if (r < 0) {
		error_set(&error, r, "cannot make the report: %s", strerror(-r));
		return command_fail(RESULT_UNDONE, &error);
	}
	fputs(text.data, stdout);
	return RESULT_DONE;
}
