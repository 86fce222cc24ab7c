// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "front/select.h"
#include "report/status.h"

/*
 * baton wait: for who orchestrates, before the card is used. A word is a guest (by the door that it
 * comes through, so that one without a hand-over is known too) or a card.
 */

#define FOR_EVER UINT64_MAX

/* How often to look at what is no event of ours: the driver of a device. */
#define LOOK_MS 1000

struct wait {
	struct session session;
	const struct invocation *invocation;
	struct names words; /* those of the invocation, guests by their doors */
	enum card_state wanted;
	uint64_t until_us;
	char unmet[TITLE_SIZE + 64]; /* what does not hold yet, in words */
};

/* A guest without a journal has nothing: all is the host's. */
static int judge_guest(
	struct wait *wait, const char *word, enum card_state *ret, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	char guest[GUEST_SIZE];
	int r = session_find_guest(&wait->session, word, guest, error);

	r = r < 0 ? r : journal_load(wait->session.handover.ops, guest, &journal, error);
	if (r < 0 && r != -ENOENT) {
		return r;
	}
	*ret = !journal ? CARD_HOST : journal->held ? CARD_GUEST : CARD_UNRESOLVED;
	return 0;
}

static const struct card_status *find_card(const struct status *status, struct address address) {
	for (size_t i = 0; i < status->count; i++) {
		if (address_same_slot(status->cards[i].functions[0]->address, address)) {
			return &status->cards[i];
		}
	}
	return NULL;
}

/* Cards that status does not list are no guest's. */
static void judge_cards(
	struct wait *wait, const struct status *status, const struct request *request, bool *met) {
	for (size_t i = 0; i < request->device_count; i++) {
		const struct card_status *card = find_card(status, request->devices[i].address);
		enum card_state state = card ? card->state : CARD_HOST;
		char address[ADDRESS_SIZE];

		if (state == wait->wanted) {
			continue;
		}
		*met = false;
		snprintf(wait->unmet, sizeof(wait->unmet), "%s is %s",
			address_format(request->devices[i].address, address),
			card_state_name(state));
	}
}

/* One that nobody can read may be of any card. */
static int check_journals(const struct journals *journals, struct error *error) {
	for (size_t i = 0; i < journals->count; i++) {
		if (!journals->all[i].journal) {
			return error_set(error, -EBADMSG, "%s", journals->all[i].error.text);
		}
	}
	return 0;
}

static enum result look_at_cards(struct wait *wait, bool *met) {
	AUTO_HOST struct host host = {0};
	AUTO_JOURNALS struct journals journals = {0};
	AUTO_STATUS struct status status = {0};
	struct request request = {0};
	struct error error = {0};
	enum result result = RESULT_DONE;
	int r = host_read(wait->session.root, &host, &error);

	r = r < 0 ? r : journals_read(wait->session.handover.ops, &journals, &error);
	r = r < 0 ? r : check_journals(&journals, &error);
	r = r < 0 ? r : status_make(&host, &journals, &status);
	if (r < 0) {
		return command_fail(RESULT_UNRESOLVED, &error);
	}
	for (size_t i = 0; result == RESULT_DONE && i < wait->words.count; i++) {
		if (!select_is_guest(wait->words.names[i])) {
			result = select_words(
				&wait->session, &host, &wait->words.names[i], 1, &request);
		}
	}
	judge_cards(wait, &status, &request, met);
	return result;
}

static enum result look_at_guests(struct wait *wait, bool *met) {
	for (size_t i = 0; i < wait->words.count; i++) {
		const char *word = wait->words.names[i];
		enum card_state state = wait->wanted;
		struct error error = {0};

		if (select_is_guest(word) && judge_guest(wait, word, &state, &error) < 0) {
			return command_fail(RESULT_UNRESOLVED, &error);
		}
		if (state != wait->wanted) {
			*met = false;
			snprintf(wait->unmet, sizeof(wait->unmet), "%s is %s", word,
				card_state_name(state));
		}
	}
	return RESULT_DONE;
}

/* RESULT_UNDONE: the time is over. */
static enum result pause_until_change(struct wait *wait) {
	struct ops *ops = wait->session.handover.ops;
	uint64_t now_us = ops->now_us(ops), left_ms;
	struct error error = {0};

	if (now_us >= wait->until_us) {
		error_set(&error, -ETIMEDOUT, "%s, still", wait->unmet);
		return command_fail(RESULT_UNDONE, &error);
	}
	left_ms = (wait->until_us - now_us) / 1000 + 1;
	if (ops->watch(ops, NULL, 0, left_ms < LOOK_MS ? (unsigned int)left_ms : LOOK_MS, &error) <
		0) {
		return command_fail(RESULT_UNRESOLVED, &error);
	}
	return RESULT_DONE;
}

/* A guest that is configured is waited for by its door, also while it has no hand-over. */
static int take_words(struct wait *wait, struct error *error) {
	const struct invocation *invocation = wait->invocation;

	for (size_t i = 0; i < invocation->word_count; i++) {
		const char *word = invocation->words[i];
		struct definition guest;
		int r = select_is_guest(word) ? 0
					      : select_guest(&wait->session, word, &guest, error);

		if (r >= 0 && names_add(&wait->words, r ? guest.key : word) < 0) {
			r = error_set(error, -ENOMEM, "out of memory");
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static int set_up(struct wait *wait, struct error *error) {
	const struct invocation *invocation = wait->invocation;
	struct ops *ops = wait->session.handover.ops;
	unsigned int seconds;
	int r;

	wait->wanted = CARD_GUEST;
	wait->until_us = FOR_EVER;
	if (invocation->state && strcmp(invocation->state, "host") == 0) {
		wait->wanted = CARD_HOST;
	} else if (invocation->state && strcmp(invocation->state, "guest") != 0) {
		return error_set(error, -EINVAL, "--state is host or guest, and not \"%s\"",
			invocation->state);
	}
	r = take_words(wait, error);
	if (r < 0 || !invocation->timeout) {
		return r;
	}
	r = invocation_timeout(invocation, 0, &seconds, error);
	if (r == 0) {
		wait->until_us = ops->now_us(ops) + (uint64_t)seconds * 1000 * 1000;
	}
	return r;
}

static void wait_done(struct wait *wait) {
	session_close(&wait->session);
	names_free(&wait->words);
}

int command_wait(const struct invocation *invocation) {
	CLEANUP(wait_done) struct wait wait = {.session.root = -1, .invocation = invocation};
	struct error error = {0};
	enum result result = session_open(invocation, NULL, &wait.session);
	bool met = false;

	result = result ? result : session_open_machine(&wait.session, false);
	if (result == RESULT_DONE && set_up(&wait, &error) < 0) {
		result = command_fail(RESULT_USAGE, &error);
	}
	while (result == RESULT_DONE && !met) {
		met = true;
		result = look_at_guests(&wait, &met);
		result = result ? result : look_at_cards(&wait, &met);
		if (result == RESULT_DONE && !met) {
			result = pause_until_change(&wait);
		}
	}
	return (int)result;
}
