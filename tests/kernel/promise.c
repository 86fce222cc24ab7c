// SPDX-License-Identifier: GPL-2.0-or-later
#include "promise.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "before.h"
#include "linux/linux.h"

/* How long what a driver finds on its device may take to appear, and how often to look. */
#define SETTLE_MS 5000
#define LOOK_MS   50

/* Did the journal not go away, or come in spite of all? Then the next repair removes it. */
static bool journal_may_stay(const struct strike *strike) {
	for (size_t i = 0; i < strike->injector.fault_count; i++) {
		const struct fault *fault = &strike->injector.faults[i];

		if (fault->fired && (text_starts(fault->key, "remove ") ||
					    text_starts(fault->key, "create "))) {
			return true;
		}
	}
	return false;
}

struct judgement {
	struct strike *strike;
	struct journal *journal; /* NULL: as before is asked for */
	bool journal_may_stay;
	size_t differences;
	char unexplained[512]; /* the first difference that breaks a promise */
};

static bool names(const struct journal *journal, const char *line) {
	for (size_t i = 0; i < journal->record_count; i++) {
		const struct record *record = &journal->records[i];

		if (!record->popped && strstr(line, record->step.subject)) {
			return true;
		}
	}
	return false;
}

/* Nodes, consoles and the like come and go with some driver: any step left explains them. */
static bool is_explained(const struct judgement *judgement, const char *line) {
	if (text_starts(line, "state ")) {
		return judgement->journal || judgement->journal_may_stay;
	}
	if (!judgement->journal) {
		return false;
	}
	if (text_starts(line, "pci ") || text_starts(line, "driver pci/")) {
		return names(judgement->journal, line);
	}
	return journal_depth(judgement->journal) > 0;
}

static void judge_line(void *context, char sign, const char *line, size_t length) {
	struct judgement *judgement = context;
	char text[sizeof(judgement->unexplained)];

	judgement->differences++;
	(void)snprintf(text, sizeof(text), "%c%.*s", sign, (int)length, line);
	if (!judgement->unexplained[0] && !is_explained(judgement, text + 1)) {
		memcpy(judgement->unexplained, text, sizeof(text));
	}
}

static bool is_as_promised(struct judgement *judgement, const struct cards *cards) {
	AUTO_FREE char *now = before_take(cards->addresses);

	judgement->differences = 0;
	judgement->unexplained[0] = '\0';
	if (!now) {
		strike_wrong(judgement->strike, "the dumper does not run");
		return true;
	}
	before_compare(cards->before, now, judge_line, judgement);
	judgement->strike->clean = judgement->differences == 0;
	return !judgement->unexplained[0];
}

/* A driver that has taken its device may go on finding what hangs on it: a USB controller does. */
static void judge(struct judgement *judgement, const struct cards *cards) {
	struct strike *strike = judgement->strike;

	for (unsigned int looks = 0; !is_as_promised(judgement, cards); looks++) {
		if (looks == SETTLE_MS / LOOK_MS) {
			strike_wrong(strike, "%s %s %u (%s), but not as before: %s",
				strike_act_name(strike), strike->died ? "was killed" : "ended with",
				strike->result, strike->error.text, judgement->unexplained);
			return;
		}
		(void)poll(NULL, 0, LOOK_MS);
	}
}

void promise_as_before(struct strike *strike, const struct cards *cards, bool final) {
	struct judgement judgement = {
		.strike = strike,
		.journal_may_stay = !final && journal_may_stay(strike),
	};

	judge(&judgement, cards);
}

void promise_named(struct strike *strike, const struct cards *cards) {
	AUTO_JOURNAL struct journal *journal = NULL;
	struct ops *ops = strike_open_ops(strike);
	struct judgement judgement = {.strike = strike};
	int r = ops ? journal_load(ops, STRIKE_GUEST, &journal, &strike->error) : -ENOMEM;

	if (r < 0 && r != -ENOENT) {
		strike_wrong(strike, "the journal cannot be read: %s", strike->error.text);
	}
	judgement.journal = journal;
	judgement.journal_may_stay = journal_may_stay(strike);
	if (!strike->stuck.real) {
		judge(&judgement, cards);
	} else if (!journal || journal_depth(journal) == 0) {
		strike_wrong(strike, "a writer is stuck in the kernel, and no journal says so");
	}
	linux_ops_free(ops);
}

/* As QEMU would do it. */
void promise_guest_starts(struct strike *strike, const struct cards *cards) {
	for (size_t i = 0; cards->addresses[i]; i++) {
		if (!hang_guest_can_have(cards->addresses[i])) {
			strike_wrong(strike, "detach ended with 0, but no guest can have %s",
				cards->addresses[i]);
		}
	}
}
