// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/status.h"
#include "front/session.h"

#include <errno.h>
#include <time.h>

/* Who works on what, and since when: asked for one by one, and only for people. */
static void ask_writers(const struct session *session, struct handover_status *handover) {
	struct ops *ops = session->handover.ops;

	for (size_t i = 0; i < handover->left_count; i++) {
		struct step_left *left = &handover->left[i];
		struct process writer = left->record->writer;

		if (writer.pid && ops->alive(ops, writer)) {
			(void)!session->platform->find_actor(writer, &left->writer);
			(void)!stuck_read(session->root, writer.pid, &left->stuck);
		}
	}
}

static void ask(const struct session *session, struct status *status) {
	struct ops *ops = session->handover.ops;

	for (size_t i = 0; i < status->handover_count; i++) {
		struct handover_status *handover = &status->handovers[i];
		const struct journal *journal = handover->found->journal;

		(void)!session->platform->journal_written(
			ops, handover->found->guest, &handover->written_s);
		if (journal && !journal->held) {
			ask_writers(session, handover);
		}
	}
	status->now_s = time(NULL);
	(void)!session->platform->lock_holder(ops, &status->lock);
}

/* Without memory for them, they are not told. */
static void find_rebinders(const struct session *session, struct status *status) {
	for (size_t i = 0; i < status->count; i++) {
		struct card_status *card = &status->cards[i];

		if (card->stray) {
			(void)!rebinders_read(session->root, card->stray, &card->rebinders);
		}
	}
}

static bool waits(const struct host *host, const struct status *status) {
	bool waits = false;

	for (size_t i = 0; i < host->device_count; i++) {
		waits |= host->devices[i].in_flight;
	}
	for (size_t i = 0; i < status->handover_count; i++) {
		const struct handover_status *handover = &status->handovers[i];

		for (size_t k = 0; k < handover->left_count; k++) {
			waits |= handover->left[k].stuck.pid != 0;
		}
	}
	return waits;
}

/* Whom what is stuck may wait for. Looking for them takes as long as there are processes. */
static void find_holders(
	const struct session *session, const struct status *status, struct host *host) {
	if (waits(host, status)) {
		(void)!host_read_holders(session->root, host, NULL);
	}
}

static enum result print(const struct status *status, bool json) {
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	int r = json ? report_status_json(status, &text, &error) : report_status(status, &text);

	if (r < 0 && !json) {
		error_set(&error, r, "cannot print the report");
	}
	if (r < 0) {
		return command_fail(RESULT_UNDONE, &error);
	}
	fputs(text.data, stdout);
	return RESULT_DONE;
}

/* What cannot be read hides nothing else, but is no success. */
static enum result judge(const struct journals *journals) {
	for (size_t i = 0; i < journals->count; i++) {
		if (!journals->all[i].journal) {
			return RESULT_UNRESOLVED;
		}
	}
	return RESULT_DONE;
}

static enum result read_journals(const struct session *session, struct journals *journals) {
	struct error error = {0};
	int r = journals_read(session->handover.ops, journals, &error);

	if (r == -EACCES) {
		fprintf(stderr, "baton: who has which card is in %s, which only root may read\n",
			"/run/baton");
		return RESULT_DONE;
	}
	return r < 0 ? command_fail(RESULT_UNRESOLVED, &error) : judge(journals);
}

int command_status(const struct invocation *invocation) {
	AUTO_SESSION struct session session = {.root = -1};
	AUTO_HOST struct host host = {0};
	AUTO_JOURNALS struct journals journals = {0};
	AUTO_STATUS struct status status = {0};
	bool captured = invocation->options & OPTION_ROOT;
	struct error error = {0};
	enum result result = session_open_anyway(invocation, &session), printed;
	int r;

	if (result == RESULT_DONE && !captured) {
		result = session_open_machine(&session, false);
	}
	if (result != RESULT_DONE) {
		return result;
	}
	/* The journals first: whoever is done in between is then still seen at work. */
	result = captured ? RESULT_DONE : read_journals(&session, &journals);
	r = host_read(session.root, &host, &error);
	if (r == 0 && status_make(&host, &journals, &status) < 0) {
		r = error_set(&error, -ENOMEM, "out of memory");
	}
	if (r < 0) {
		return command_fail(RESULT_UNRESOLVED, &error);
	}
	if (!captured) {
		ask(&session, &status);
	}
	find_rebinders(&session, &status);
	find_holders(&session, &status, &host);
	printed = print(&status, invocation->options & OPTION_JSON);
	return printed > result ? printed : result;
}
