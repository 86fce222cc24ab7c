// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "plan/stuck.h"
#include "report/status.h"
#include "report/table.h"
#include "run/oops.h"

/*
 * A card's line begins with its slot, and only such a line begins with a digit or one of a to f:
 * the shells' completions take the guests from it.
 */

#define TIME_SIZE 96
#define SPAN_SIZE 48

/* "12 s", "5 min", "2 h 5 min", "3 d 2 h". */
static void format_span(int64_t span_s, char ret[SPAN_SIZE]) {
	long long minutes = span_s / 60, hours = minutes / 60;

	if (minutes == 0) {
		snprintf(ret, SPAN_SIZE, "%d s", (int)span_s);
	} else if (hours == 0) {
		snprintf(ret, SPAN_SIZE, "%lld min", minutes);
	} else if (hours < 24) {
		snprintf(ret, SPAN_SIZE, "%lld h %lld min", hours, minutes % 60);
	} else {
		snprintf(ret, SPAN_SIZE, "%lld d %lld h", hours / 24, hours % 24);
	}
}

/* In the machine's own time zone, and how long ago that was; what is not known is "?". */
static const char *format_time(const struct status *status, int64_t time_s, char ret[TIME_SIZE]) {
	time_t time = (time_t)time_s;
	char span[SPAN_SIZE];
	struct tm local;
	size_t length = 0;

	if (time_s != 0 && localtime_r(&time, &local)) {
		length = strftime(ret, TIME_SIZE, "%Y-%m-%d %H:%M:%S", &local);
	}
	if (length == 0) {
		memcpy(ret, "?", sizeof("?"));
	} else if (status->now_s >= time_s) {
		format_span(status->now_s - time_s, span);
		snprintf(ret + length, TIME_SIZE - length, " (%s ago)", span);
	}
	return ret;
}

static int add_owner(
	const struct status *status, const struct handover_status *handover, struct text *ret) {
	const struct journal *journal = handover->found->journal;
	const char *door = journal->owner.door;
	bool by_hand = strcmp(door, "hand") == 0 || strcmp(door, "home") == 0;
	char time[TIME_SIZE];

	return text_add_line(ret, "  %s%s, %s %s", by_hand ? "by hand" : "through ",
		by_hand ? "" : door, journal->held ? "since" : "last heard of",
		format_time(status, handover->written_s, time));
}

/* By file and line what may have put it on VFIO. */
static int add_rebinder(const struct rebinder *rebinder, struct text *ret) {
	AUTO_TEXT struct text name = {0};
	int r = rebinder_format(rebinder, &name);

	return r < 0 ? r : text_add_line(ret, "  maybe by %s", name.data);
}

static int add_faults(const struct card_status *card, struct text *ret) {
	int r = 0;

	if (card->useless) {
		r = text_add_line(ret,
			"  %s is of no use: %s; `baton reattach --cycle %s` may help",
			card->useless->name, card->useless_why.text, card->slot);
	}
	for (size_t i = 0; r >= 0 && i < card->rebinders.count; i++) {
		r = add_rebinder(&card->rebinders.all[i], ret);
	}
	return r;
}

/* Whose step it is that keeps a device in flight stands with that step, if it is one of ours. */
static bool is_ours(const struct status *status, const struct device *device) {
	for (size_t i = 0; i < status->handover_count; i++) {
		const struct handover_status *handover = &status->handovers[i];

		for (size_t k = 0; k < handover->left_count; k++) {
			if ((handover->left[k].writer.process.pid ||
				    handover->left[k].record->oopsed) &&
				strcmp(handover->left[k].record->step.subject, device->name) == 0) {
				return true;
			}
		}
	}
	return false;
}

static int add_function(
	const struct status *status, const struct device *device, struct text *ret) {
	AUTO_TEXT struct text why = {0};
	int r = text_add_line(ret, "  %-12s %s%s", device->name,
		device->driver[0] ? device->driver : "-",
		device->in_flight         ? " (in flight)"
		: device->maybe_in_flight ? " (in flight?)"
					  : "");

	if (r == 0 && device->maybe_in_flight) {
		return text_add_line(ret,
			"    not seen: whether somebody is binding or unbinding it; "
			"only root sees that, and not where a security module "
			"confines it");
	}
	if (r < 0 || !device->in_flight || is_ours(status, device)) {
		return r;
	}
	r = flight_explain(status->host, device, &why);
	return r < 0 ? r : text_add_line(ret, "    %s", why.data);
}

static int add_card(const struct status *status, const struct card_status *card, struct text *ret) {
	const struct handover_status *handover = card->handover;
	int r = text_add_line(ret, "%-13s %-10s %s", card->slot, card_state_name(card->state),
		handover ? handover->found->journal->title : "-");

	for (size_t i = 0; r == 0 && i < card->function_count; i++) {
		r = add_function(status, card->functions[i], ret);
	}
	r = r < 0 ? r : add_faults(card, ret);
	return r < 0 || !handover ? r : add_owner(status, handover, ret);
}

static int add_wait(const struct status *status, const struct step_left *left, struct text *ret) {
	AUTO_TEXT struct text why = {0};
	int r = stuck_explain(&left->stuck, left->record->step.subject, status->host->holders,
		status->host->holder_count, &why);

	return r < 0 ? r : text_add_line(ret, "    it %s", why.data);
}

static int add_left(const struct status *status, const struct step_left *left, struct text *ret) {
	const struct actor *writer = &left->writer;
	char step[STEP_TEXT_SIZE], time[TIME_SIZE];
	int r = text_add_line(ret, "  left: %s", step_format(&left->record->step, step));

	if (r == 0 && left->record->oopsed) {
		return text_add_line(ret,
			"    the kernel oopsed there: nothing more is done to it, and "
			"only a reboot helps");
	}
	if (r < 0 || !writer->process.pid) {
		return r;
	}
	r = text_add_line(ret, "    process %d (%s) is still at it, and runs since %s",
		(int)writer->process.pid, writer->command,
		format_time(status, writer->since_s, time));
	return r < 0 || !left->stuck.pid ? r : add_wait(status, left, ret);
}

static int add_interrupted(
	const struct status *status, const struct handover_status *handover, struct text *ret) {
	bool is_locked = status->lock.process.pid != 0;
	const struct journal *journal = handover->found->journal;
	bool home = strcmp(handover_way(journal), "home") == 0;
	char time[TIME_SIZE];
	int r = text_add_line(ret, "hand-over of %s, on the way %s, last heard of %s",
		journal->title, home ? "home" : "out",
		format_time(status, handover->written_s, time));

	for (size_t i = 0; r == 0 && i < handover->left_count; i++) {
		r = add_left(status, &handover->left[i], ret);
	}
	if (r == 0 && handover->left_count == 0) {
		r = text_add_line(ret, "  nothing is left of it");
	}
	if (r < 0 || is_locked) {
		return r;
	}
	return oops_is_final(journal)
		       ? text_add_line(ret, "  nothing of it is tried again before the next boot")
		       : text_add_line(ret,
				 "  left by a run that has ended: the guard goes on with it, "
				 "or `baton repair`");
}

static int add_unreadable(const struct found *found, struct text *ret) {
	int r = text_add_line(ret, "unreadable: %s", found->error.text);

	return r < 0 ? r
		     : text_add_line(ret,
			       "  baton leaves the devices of %s alone until somebody has undone "
			       "it by hand and removed the journal (docs/JOURNAL.md)",
			       found->guest);
}

int report_status(const struct status *status, struct text *ret) {
	const struct actor *lock = &status->lock;
	char time[TIME_SIZE];
	int r = status->count ? 0
			      : text_add_line(ret, "no graphics card, and no device with a guest");

	for (size_t i = 0; r == 0 && i < status->count; i++) {
		r = add_card(status, &status->cards[i], ret);
	}
	for (size_t i = 0; r == 0 && i < status->handover_count; i++) {
		const struct handover_status *handover = &status->handovers[i];

		if (!handover->found->journal) {
			r = add_unreadable(handover->found, ret);
		} else if (!handover->found->journal->held) {
			r = add_interrupted(status, handover, ret);
		}
	}
	if (r == 0 && lock->process.pid) {
		r = text_add_line(ret, "lock: process %d (%s) has it, and runs since %s",
			(int)lock->process.pid, lock->command,
			format_time(status, lock->since_s, time));
	}
	return r;
}
