// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "report/status.h"
#include "report/table.h"

/*
 * A card's line begins with its slot, and only such a line begins with a digit or one of a to f:
 * the shells' completions take the guests from it.
 */

#define TIME_SIZE 64

/* One line, tame: guests and commands are called as somebody chose. */
static int add_line(struct text *ret, const char *format, ...) PRINTF(2, 3);

static int add_line(struct text *ret, const char *format, ...) {
	AUTO_FREE char *line = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&line, format, args);
	va_end(args);
	if (n < 0) {
		line = NULL;
		return -ENOMEM;
	}
	(void)text_tame(line);
	return text_add(ret, "%s\n", line);
}

/* In the machine's own time zone; what is not known is "?". */
static const char *format_time(int64_t time_s, char ret[TIME_SIZE]) {
	time_t time = (time_t)time_s;
	struct tm local;

	if (time_s == 0 || !localtime_r(&time, &local) ||
		strftime(ret, TIME_SIZE, "%Y-%m-%d %H:%M:%S", &local) == 0) {
		memcpy(ret, "?", sizeof("?"));
	}
	return ret;
}

static int add_owner(const struct handover_status *handover, struct text *ret) {
	const struct journal *journal = handover->found->journal;
	const char *door = journal->owner.door;
	bool by_hand = strcmp(door, "hand") == 0 || strcmp(door, "home") == 0;
	char time[TIME_SIZE];

	return add_line(ret, "  %s%s, %s %s", by_hand ? "by hand" : "through ", by_hand ? "" : door,
		journal->held ? "since" : "last heard of", format_time(handover->written_s, time));
}

static int add_card(const struct card_status *card, struct text *ret) {
	const struct handover_status *handover = card->handover;
	int r = add_line(ret, "%-13s %-10s %s", card->slot, card_state_name(card->state),
		handover ? handover->found->journal->title : "-");

	for (size_t i = 0; r == 0 && i < card->function_count; i++) {
		const struct device *device = card->functions[i];

		r = add_line(ret, "  %-12s %s%s", device->name,
			device->driver[0] ? device->driver : "-",
			device->in_flight ? " (in flight)" : "");
	}
	return r < 0 || !handover ? r : add_owner(handover, ret);
}

static int add_left(const struct step_left *left, struct text *ret) {
	const struct actor *writer = &left->writer;
	char step[STEP_TEXT_SIZE], time[TIME_SIZE];
	int r = add_line(ret, "  left: %s", step_format(&left->record->step, step));

	if (r < 0 || !writer->process.pid) {
		return r;
	}
	return add_line(ret, "    process %d (%s) is still at it, and runs since %s",
		(int)writer->process.pid, writer->command, format_time(writer->since_s, time));
}

static int add_interrupted(
	const struct handover_status *handover, bool is_locked, struct text *ret) {
	const struct journal *journal = handover->found->journal;
	bool home = strcmp(handover_way(journal), "home") == 0;
	char time[TIME_SIZE];
	int r = add_line(ret, "hand-over of %s, on the way %s, last heard of %s", journal->title,
		home ? "home" : "out", format_time(handover->written_s, time));

	for (size_t i = 0; r == 0 && i < handover->left_count; i++) {
		r = add_left(&handover->left[i], ret);
	}
	if (r == 0 && handover->left_count == 0) {
		r = add_line(ret, "  nothing is left of it");
	}
	return r < 0 || is_locked ? r
				  : add_line(ret, "  left by a run that has ended: the guard goes "
						  "on with it, or `baton repair`");
}

static int add_unreadable(const struct found *found, struct text *ret) {
	int r = add_line(ret, "unreadable: %s", found->error.text);

	return r < 0 ? r
		     : add_line(ret,
			       "  baton leaves the devices of %s alone until somebody has undone "
			       "it by hand and removed the journal (docs/JOURNAL.md)",
			       found->guest);
}

int report_status(const struct status *status, struct text *ret) {
	const struct actor *lock = &status->lock;
	char time[TIME_SIZE];
	int r = status->count ? 0 : add_line(ret, "no graphics card, and no device with a guest");

	for (size_t i = 0; r == 0 && i < status->count; i++) {
		r = add_card(&status->cards[i], ret);
	}
	for (size_t i = 0; r == 0 && i < status->handover_count; i++) {
		const struct handover_status *handover = &status->handovers[i];

		if (!handover->found->journal) {
			r = add_unreadable(handover->found, ret);
		} else if (!handover->found->journal->held) {
			r = add_interrupted(handover, lock->process.pid != 0, ret);
		}
	}
	if (r == 0 && lock->process.pid) {
		r = add_line(ret, "lock: process %d (%s) has it, and runs since %s",
			(int)lock->process.pid, lock->command, format_time(lock->since_s, time));
	}
	return r;
}
