// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <time.h>

#include "plan/stuck.h"
#include "report/document.h"
#include "report/plan.h"
#include "report/status.h"

/* "2026-11-21T00:56:48Z"; null: not known. */
static void add_time(struct document *document, const char *key, int64_t time_s) {
	time_t time = (time_t)time_s;
	char text[64] = "";
	struct tm utc;

	if (time_s != 0 && gmtime_r(&time, &utc)) {
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	}
	document_name(document, key, text);
}

static void add_actor(struct document *document, const char *key, const struct actor *actor) {
	if (!actor->process.pid) {
		document_name(document, key, "");
		return;
	}
	document_object(document, key);
	document_number(document, "pid", actor->process.pid);
	document_name(document, "command", actor->command);
	add_time(document, "since", actor->since_s);
	document_close(document);
}

static void add_rebinder(struct document *document, const struct rebinder *rebinder) {
	document_object(document, NULL);
	document_text(document, "kind", rebinder_kind_name(rebinder->kind));
	document_text(document, "file", rebinder->path);
	document_number(document, "line", rebinder->line);
	document_text(document, "text", rebinder->text);
	document_close(document);
}

static void add_why(struct document *document, int r, const struct text *why) {
	if (r < 0 && document->r == 0) {
		document->r = r;
	}
	document_name(document, "waits_for", r < 0 || !why->data ? "" : why->data);
}

static void add_frames(struct document *document, const struct stuck *stuck) {
	document_array(document, "waits_in");
	for (size_t i = 0; stuck && i < stuck->frame_count; i++) {
		document_text(document, NULL, stuck->frames[i]);
	}
	document_close(document);
}

static void add_device(
	struct document *document, const struct status *status, const struct device *device) {
	const struct flight *flight = host_flight(status->host, device->address);
	AUTO_TEXT struct text why = {0};

	document_object(document, NULL);
	document_text(document, "address", device->name);
	document_name(document, "driver", device->driver);
	document_bool(document, "in_flight", device->in_flight);
	document_bool(document, "maybe_in_flight", device->maybe_in_flight);
	add_why(document, device->in_flight ? flight_explain(status->host, device, &why) : 0, &why);
	add_frames(document, flight ? &flight->stuck : NULL);
	document_close(document);
}

static void add_card(
	struct document *document, const struct status *status, const struct card_status *card) {
	const struct handover_status *handover = card->handover;
	const struct journal *journal = handover ? handover->found->journal : NULL;

	document_object(document, NULL);
	document_text(document, "card", card->slot);
	document_text(document, "state", card_state_name(card->state));
	document_name(document, "guest", journal ? journal->title : "");
	document_name(document, "door", journal ? journal->owner.door : "");
	add_time(document, "since", journal && journal->held ? handover->written_s : 0);
	document_name(document, "of_no_use", card->useless ? card->useless_why.text : "");
	document_array(document, "rebinders");
	for (size_t i = 0; i < card->rebinders.count; i++) {
		add_rebinder(document, &card->rebinders.all[i]);
	}
	document_close(document);
	document_array(document, "devices");
	for (size_t i = 0; i < card->function_count; i++) {
		add_device(document, status, card->functions[i]);
	}
	document_close(document);
	document_close(document);
}

static void add_wait(
	struct document *document, const struct status *status, const struct step_left *left) {
	AUTO_TEXT struct text why = {0};
	int r = 0;

	if (left->stuck.pid) {
		r = stuck_explain(&left->stuck, left->record->step.subject, status->host->holders,
			status->host->holder_count, &why);
	}
	add_why(document, r, &why);
	add_frames(document, &left->stuck);
}

static void add_left(
	struct document *document, const struct status *status, const struct step_left *left) {
	document_object(document, NULL);
	report_step(document, &left->record->step);
	add_actor(document, "writer", &left->writer);
	document_bool(document, "oopsed", left->record->oopsed);
	add_wait(document, status, left);
	document_close(document);
}

static void add_handover(struct document *document, const struct status *status,
	const struct handover_status *handover) {
	const struct found *found = handover->found;
	const struct journal *journal = found->journal;

	document_object(document, NULL);
	document_text(document, "key", found->guest);
	document_name(document, "guest", journal ? journal->title : "");
	document_name(document, "door", journal ? journal->owner.door : "");
	document_text(document, "way", journal ? handover_way(journal) : "unreadable");
	add_time(document, "written", handover->written_s);
	document_array(document, "left");
	for (size_t i = 0; i < handover->left_count; i++) {
		add_left(document, status, &handover->left[i]);
	}
	document_close(document);
	document_name(document, "error", journal ? "" : found->error.text);
	document_close(document);
}

int report_status_json(const struct status *status, struct text *ret, struct error *error) {
	struct document document;

	document_begin(&document);
	add_time(&document, "now", status->now_s);
	document_array(&document, "cards");
	for (size_t i = 0; i < status->count; i++) {
		add_card(&document, status, &status->cards[i]);
	}
	document_close(&document);
	document_array(&document, "hand_overs");
	for (size_t i = 0; i < status->handover_count; i++) {
		add_handover(&document, status, &status->handovers[i]);
	}
	document_close(&document);
	add_actor(&document, "lock", &status->lock);
	return document_end(&document, ret, error);
}
