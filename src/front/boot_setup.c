// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/boot_setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "front/ask.h"
#include "front/boot_change.h"
#include "front/boot_session.h"
#include "front/boot_to_do.h"
#include "report/boot.h"
#include "report/names.h"
#include "report/remains.h"
#include "setup/boot/arguments.h"
#include "setup/boot/clean.h"

#define CHOICES_MAX 16

/* What is wanted. */
struct wish {
	bool permanent;               /* or on demand */
	bool clean;                   /* what others have left goes */
	bool asked;                   /* of a person, who has seen that */
	char *words[CHOICES_MAX + 1]; /* "assign", and the cards */
	size_t word_count;
	const struct device *card; /* the one that was chosen; NULL: all of them */
};

/* One slot with a picture, for the question which it is. */
struct choice {
	char slot[ADDRESS_SIZE];
	const struct boot_device *device;
};

static enum result fail(enum result result, int r, const char *sentence) {
	struct error error;

	error_set(&error, r, "%s", sentence);
	return command_fail(result, &error);
}

static size_t find_cards(const struct boot *boot, struct choice ret[CHOICES_MAX]) {
	size_t count = 0;

	for (size_t i = 0; i < boot->device_count && count < CHOICES_MAX; i++) {
		const struct boot_device *device = &boot->devices[i];
		char slot[ADDRESS_SIZE];

		memcpy(slot, device->device->name, sizeof(slot));
		*strrchr(slot, '.') = '\0';
		if (count == 0 || strcmp(ret[count - 1].slot, slot) != 0) {
			ret[count].device = device;
			memcpy(ret[count++].slot, slot, sizeof(slot));
		}
	}
	return count;
}

static enum result show_cards(int root, const struct choice *cards, size_t count) {
	AUTO_PCI_NAMES struct pci_names names = {0};
	AUTO_TEXT struct text text = {0};
	int r = pci_names_read(root, &names);

	r = r < 0 ? r : text_add_line(&text, "The cards of this machine:");
	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct device *device = cards[i].device->device;
		char name[PCI_NAME_SIZE];

		(void)pci_names_short(
			&names, device->identity.vendor, device->identity.device, name);
		r = text_add_line(&text, "  %zu  %s%s%s, now with %s", i + 1, cards[i].slot,
			name[0] ? " " : "", name, device->driver[0] ? device->driver : "no driver");
	}
	return boot_print(&text, r, RESULT_DONE);
}

/* A number from 1 to max; 0: it was none. Nothing typed is the first. */
static size_t ask_number(const char *question, size_t max) {
	unsigned long long number;
	char answer[16];

	if (!ask_line(question, answer, sizeof(answer))) {
		return 0;
	}
	if (!*answer) {
		return 1;
	}
	return number_parse(answer, max, &number) == 0 ? (size_t)number : 0;
}

static enum result no_answer(void) {
	return fail(RESULT_REFUSED, -ECANCELED, "that is no answer: nothing was changed");
}

static enum result ask_card(int root, const struct choice *cards, size_t count, struct wish *wish) {
	size_t number = 1;

	if (count == 0) {
		return fail(RESULT_REFUSED, -ENODEV, "this machine has no card");
	}
	if (show_cards(root, cards, count) != RESULT_DONE) {
		return RESULT_REFUSED;
	}
	if (count > 1) {
		number = ask_number("Which of them is for guests? [1] ", count);
	}
	if (number == 0) {
		return no_answer();
	}
	wish->words[wish->word_count++] = (char *)cards[number - 1].slot;
	wish->card = cards[number - 1].device->device;
	return RESULT_DONE;
}

/* Which card, how, and what is in the way. */
static enum result ask(const struct boot_session *session, const struct choice *cards, size_t count,
	struct wish *wish) {
	enum result result = ask_card(session->root, cards, count, wish);
	size_t number;

	if (result != RESULT_DONE) {
		return result;
	}
	puts("How are guests to have it?\n"
	     "  1  on demand: the host uses it, and hands it over when a guest starts\n"
	     "  2  for good: from the next start of the machine on the host never has it");
	number = ask_number("Which of the two? [1] ", 2);
	if (number == 0) {
		return no_answer();
	}
	wish->permanent = number == 2;
	return RESULT_DONE;
}

/* What is to be left to a person is known when it has been planned. (If that fails, it fails
 * again.) */
static void try_clean(const struct boot_session *session, struct remains *remains) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	struct planning planning = {session->root, session->owner, &session->boot, &plan, &error};

	(void)!planning_clean(&planning, remains);
}

/*
 * Is it worth a question? Only what would go is; what is left to a person is told. What baton
 * itself has assigned is none of it: that the card is the host's again has been said by then.
 */
static enum result ask_clean(
	const struct boot_session *session, struct remains *remains, struct wish *wish) {
	AUTO_TEXT struct text text = {0};
	enum result result;
	struct remains others;
	bool goes;
	int r;

	if (!wish->asked) {
		return RESULT_DONE;
	}
	try_clean(session, remains);
	others = *remains;
	others.count = remains_move_own(remains);
	goes = remains_have(&others, REMAIN_GOES);
	if (!goes && !remains_have(&others, REMAIN_BY_HAND)) {
		return RESULT_DONE;
	}
	r = text_add_line(
		&text, goes ? "Other set-ups have left this:"
			    : "Other set-ups have left this, which is yours to take away:");
	r = r < 0 ? r : report_remains(&others, &text);
	result = boot_print(&text, r, RESULT_DONE);
	if (goes) {
		wish->clean = result == RESULT_DONE && ask_yes("Take away what goes? [y/N] ");
	}
	return result;
}

/* --permanent CARD..., --on-demand, or questions. */
static enum result find_wish(const struct boot_session *session, const struct choice *cards,
	size_t count, struct wish *wish) {
	const struct invocation *invocation = session->invocation;
	bool permanent = invocation->options & OPTION_PERMANENT;
	bool on_demand = invocation->options & OPTION_ON_DEMAND;

	*wish = (struct wish){.permanent = permanent, .clean = true, .words = {(char *)"assign"}};
	wish->word_count = 1;
	if (permanent == on_demand || (invocation->word_count > 1) != permanent ||
		invocation->word_count > CHOICES_MAX) {
		if (permanent || on_demand || invocation->word_count > 1) {
			return fail(RESULT_USAGE, -EINVAL,
				"`baton boot setup` wants --on-demand, or --permanent and the cards, or nothing: then it asks");
		}
		if (!ask_can()) {
			return fail(RESULT_USAGE, -EINVAL,
				"nobody is there to be asked: say --on-demand, or --permanent and the cards");
		}
		wish->asked = true;
		return ask(session, cards, count, wish);
	}
	for (size_t i = 1; i < invocation->word_count; i++) {
		wish->words[wish->word_count++] = invocation->words[i];
	}
	return RESULT_DONE;
}

/* What no configuration of ours brings about. */
static enum result check_iommu(const struct cause *cause) {
	AUTO_TEXT struct text text = {0};

	switch (cause->verdict) {
	case IOMMU_FINE:
	case IOMMU_LACKS_GRAPHICS:
	case IOMMU_LACKS_ARGUMENT:
		return RESULT_DONE;
	case IOMMU_LACKS_BOOT:
	case IOMMU_LACKS_FIRMWARE:
	case IOMMU_LACKS_DRIVER:
	case IOMMU_SWITCHED_OFF:
	case IOMMU_UNEXPLAINED:
		break;
	}
	if (report_cause(cause, &text) < 0) {
		return fail(RESULT_REFUSED, -ENOMEM, "out of memory");
	}
	puts("IOMMU: without it no guest can have a card");
	return boot_print(&text, 0, RESULT_REFUSED);
}

static enum result carry_out(const struct boot_session *session, const struct boot_plan *plan) {
	return session->invocation->options & OPTION_DRY_RUN
		       ? boot_show_plan(plan)
		       : boot_ask_and_carry_out(session, plan, "Do it? [y/N] ");
}

/* Without the IOMMU nobody can say what would have to be assigned along with the card. */
static enum result plan_cards(const struct boot_session *session, struct wish *wish,
	const struct remains *remains, struct planning *planning) {
	struct invocation words = *session->invocation;

	if (!wish->permanent) {
		return RESULT_DONE;
	}
	if (session->boot.cause.verdict == IOMMU_LACKS_ARGUMENT && !session->host.iommu) {
		puts("The IOMMU has to be on before a card can be assigned: restart the machine then, and say this again.");
		return RESULT_DONE;
	}
	words.words = wish->words;
	words.word_count = wish->word_count;
	return boot_assign_plan(&words, wish->clean ? remains : NULL, planning);
}

static enum result plan_all(const struct boot_session *session, struct wish *wish,
	struct remains *remains, struct planning *planning) {
	const struct cause *cause = &session->boot.cause;
	char *missing =
		cause->verdict == IOMMU_LACKS_ARGUMENT ? (char *)cause_missing(cause) : NULL;
	int r;

	if (!wish->clean) {
		remains_keep_own(remains);
	}
	r = planning_clean(planning, remains);
	if (r == 0 && missing) {
		r = planning_words(planning, &(struct names){&missing, 1});
	}
	return r < 0 ? command_fail(RESULT_REFUSED, planning->error)
		     : plan_cards(session, wish, remains, planning);
}

static enum result tell_nothing(const struct wish *wish, const struct remains *remains) {
	bool by_hand = remains_have(remains, REMAIN_BY_HAND);
	AUTO_TEXT struct text text = {0};
	int r = by_hand && !wish->asked ? report_remains(remains, &text)
					: text_append(&text, "", 0);

	r = r < 0 ? r
		  : text_add_line(&text,
			    "Nothing%s has to be done: `baton boot status` shows how it is.",
			    by_hand ? " else" : "");
	return boot_print(&text, r, RESULT_DONE);
}

static enum result set_up(struct boot_session *session, struct wish *wish) {
	const struct remains_wanted wanted = {.devices = &wish->card,
		.count = wish->card ? 1 : 0,
		.all = true,
		.own = !wish->permanent};
	AUTO_REMAINS struct remains remains = {0};
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct error error = {0};
	struct planning planning = {session->root, session->owner, &session->boot, &plan, &error};
	enum result result = check_iommu(&session->boot.cause);

	if (result != RESULT_DONE) {
		return result;
	}
	if (remains_find(session->root, &session->host, &session->boot, &wanted, &remains, &error) <
		0) {
		return command_fail(RESULT_REFUSED, &error);
	}
	result = ask_clean(session, &remains, wish);
	result = result ? result : plan_all(session, wish, &remains, &planning);
	if (result != RESULT_DONE) {
		return result;
	}
	if (plan.command_count == 0 && !boot_plan_changes(&plan)) {
		return tell_nothing(wish, &remains);
	}
	result = boot_show_to_do(&plan, &remains, wish->asked);
	return result ? result : carry_out(session, &plan);
}

enum result boot_setup(const struct invocation *invocation) {
	AUTO_BOOT_SESSION struct boot_session session = {.root = -1};
	struct choice cards[CHOICES_MAX];
	struct wish wish;
	enum result result = boot_session_open(invocation, &session);
	size_t count;

	if (result != RESULT_DONE) {
		return result;
	}
	count = find_cards(&session.boot, cards);
	result = find_wish(&session, cards, count, &wish);
	return result ? result : set_up(&session, &wish);
}
