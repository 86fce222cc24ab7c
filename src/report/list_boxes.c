// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/list.h"

#include <string.h>

#include "base/macros.h"
#include "plan/problem.h"
#include "report/box.h"
#include "report/hanging.h"
#include "report/holders.h"
#include "report/processors.h"
#include "report/room.h"
#include "report/sentence.h"
#include "report/trait.h"

#define REFUSALS_SHOWN 4 /* JSON has all */

struct shown {
	const struct listing *listing;
	const struct terminal *terminal;
	struct box box;
};

/* A failure to put words together is one of the box, and sticks like its own. */
static void keep(struct shown *shown, int r) {
	if (r < 0 && shown->box.r == 0) {
		shown->box.r = r;
	}
}

static void say(struct shown *shown, const char *mark, enum tone tone, const struct text *text) {
	if (text->length > 0) {
		box_line(&shown->box, tone, mark, tone, text->data);
	}
}

static enum tone tone_of(enum verdict_kind kind) {
	static const enum tone tones[VERDICT_COUNT] = {
		[VERDICT_NOW] = TONE_GOOD,
		[VERDICT_LOSSES] = TONE_CAREFUL,
		[VERDICT_AFTER] = TONE_CAREFUL,
		[VERDICT_GUEST] = TONE_AWAY,
		[VERDICT_NO] = TONE_BAD,
	};

	return tones[kind];
}

static void add_mark(struct shown *shown, enum sign sign, struct text *ret, const char *before) {
	keep(shown, text_add(ret, "%s%s ", before, terminal_sign(shown->terminal, sign)));
}

static void add_refusal(struct shown *shown, const struct verdict *verdict, size_t index) {
	const struct refusal *refusal = &verdict->refusals[index];
	AUTO_TEXT struct text why = {0}, arrow = {0};

	if (!room_tells_refusal(shown->listing, verdict, index)) {
		return;
	}
	if (index > 0) {
		keep(shown, verdict_format_refusal(verdict, refusal, &why));
		say(shown, "  also ", TONE_PLAIN, &why);
	}
	add_mark(shown, SIGN_ARROW, &arrow, "  ");
	if (arrow.data) {
		box_line(&shown->box, TONE_STRONG, arrow.data, TONE_PLAIN, refusal->remedy);
	}
}

static void add_losses(struct shown *shown, const struct verdict *verdict) {
	for (size_t i = 1; i < verdict->losses.count; i++) {
		box_line(&shown->box, TONE_PLAIN, "  and ", TONE_PLAIN, verdict->losses.names[i]);
	}
	for (size_t i = 0; verdict->losses.count > 0 && i < verdict->stops.count; i++) {
		AUTO_TEXT struct text text = {0};

		keep(shown, text_add(&text, "%s is stopped meanwhile", verdict->stops.names[i]));
		say(shown, "  and ", TONE_PLAIN, &text);
	}
}

static void add_verdict(struct shown *shown, const struct verdict *verdict) {
	AUTO_TEXT struct text dot = {0}, sentence = {0};

	add_mark(shown, SIGN_DOT, &dot, "");
	keep(shown, verdict_format(verdict, &sentence));
	say(shown, dot.data ? dot.data : "", tone_of(verdict->kind), &sentence);
	add_losses(shown, verdict);
	for (size_t i = 0; i < verdict->refusal_count && i < REFUSALS_SHOWN; i++) {
		add_refusal(shown, verdict, i);
	}
	for (size_t i = 0; i < verdict->warning_count; i++) {
		AUTO_TEXT struct text warning = {0};

		if (!room_tells_warning(shown->listing, verdict, &verdict->warnings[i])) {
			continue;
		}
		keep(shown, warning_format(&verdict->warnings[i], &warning));
		say(shown, "  ! ", TONE_CAREFUL, &warning);
	}
}

static void add_head(struct shown *shown, const struct room *room, const struct device *device) {
	const struct claimed_device *claim = listing_claim(shown->listing, device->address);
	const char *point = terminal_sign(shown->terminal, SIGN_POINT);
	AUTO_TEXT struct text mark = {0}, class = {0}, name = {0}, owner = {0};

	keep(shown, text_add(&mark, "%s  ", device->name));
	keep(shown, trait_class(shown->listing, device, &class));
	if (device->boot_vga) {
		keep(shown, text_add(&class, "%sboot display", point));
	}
	if (room->groups.count > 1) {
		keep(shown, text_add(&class, "%sgroup" FIRM "%d", point, device->group));
	}
	if (mark.data && class.data) {
		box_line(&shown->box, TONE_STRONG, mark.data, TONE_PLAIN, class.data);
	}
	keep(shown, trait_name(shown->listing, device, &name));
	say(shown, "  ", TONE_STRONG, &name);
	if (claim) {
		keep(shown, text_add(&owner, claim->held ? "with %s" : "on its way to or from %s",
				    claim->title));
		say(shown, "  ", TONE_AWAY, &owner);
	}
}

/* No line ends within a phrase. */
static void add_firm(struct shown *shown, const char *phrase, struct text *ret) {
	for (; *phrase; phrase++) {
		keep(shown, *phrase == ' ' ? text_add(ret, FIRM) : text_append(ret, phrase, 1));
	}
}

static void add_traits(struct shown *shown, const struct device *device) {
	const char *point = terminal_sign(shown->terminal, SIGN_POINT);
	AUTO_NAMES struct names traits = {0};
	AUTO_TEXT struct text line = {0}, holders = {0};

	keep(shown, traits_of(shown->listing, device, &traits));
	for (size_t i = 0; i < traits.count; i++) {
		keep(shown, text_add(&line, "%s", i > 0 ? point : ""));
		add_firm(shown, traits.names[i], &line);
	}
	say(shown, "  ", TONE_FAINT, &line);
	keep(shown, report_holder_names(shown->listing->host, device, &holders));
	say(shown, "  in use: ", TONE_PLAIN, &holders);
}

static void add_hangings(struct shown *shown, const struct device *device) {
	AUTO_HANGINGS struct hangings hangings = {0};

	keep(shown, hangings_of(shown->listing, device, &hangings));
	for (size_t i = 0; i < hangings.count; i++) {
		const struct hanging *hanging = &hangings.hangings[i];
		AUTO_TEXT struct text mark = {0};

		keep(shown, text_add(&mark, "  %*s",
				    (int)(hanging->depth < 8 ? hanging->depth : 8) * 2, ""));
		add_mark(shown, SIGN_BRANCH, &mark, "");
		keep(shown, text_add(&mark, "%s  ", hanging->name));
		if (mark.data) {
			box_line(&shown->box, TONE_PLAIN, mark.data, TONE_PLAIN,
				hanging->text.data ? hanging->text.data : "");
		}
	}
}

/* These stay with the host, and say nothing more. */
static void add_bridges(struct shown *shown, const struct room *room) {
	AUTO_TEXT struct text line = {0};

	for (size_t i = 0; i < room->device_count; i++) {
		if (device_is_bridge(room->devices[i])) {
			keep(shown, text_add(&line, "%s%s", line.length ? ", " : "",
					    room->devices[i]->name));
		}
	}
	say(shown, "bridges, which stay: ", TONE_FAINT, &line);
}

/* Between one card and the next. */
static void add_space(struct shown *shown, bool wanted) {
	if (wanted) {
		box_line(&shown->box, TONE_PLAIN, "", TONE_PLAIN, "");
	}
}

static void add_room(struct shown *shown, const struct room *room) {
	AUTO_TEXT struct text title = {0};
	bool any = false;

	keep(shown, room_title(room, &title));
	box_open(&shown->box, title.data ? title.data : "");
	for (size_t i = 0; i < room->device_count; i++) {
		const struct device *device = room->devices[i];
		const struct verdict *verdict;

		if (device_is_bridge(device)) {
			continue;
		}
		if (room_begins_card(shown->listing, room, i, &verdict)) {
			add_space(shown, any);
			add_verdict(shown, verdict);
		}
		any = true;
		add_head(shown, room, device);
		add_traits(shown, device);
		add_hangings(shown, device);
	}
	add_bridges(shown, room);
	box_close(&shown->box);
}

/* A line for each room that has nothing people hand over. */
static void add_quiet(struct shown *shown, const struct rooms *rooms) {
	bool first = true;

	for (size_t i = 0; i < rooms->count; i++) {
		const struct room *room = &rooms->rooms[i];
		AUTO_TEXT struct text title = {0}, line = {0};

		if (!room->is_quiet || shown->listing->selected) {
			continue;
		}
		if (first) {
			box_empty(&shown->box);
			box_line(&shown->box, TONE_PLAIN, "", TONE_STRONG,
				"Bridges and the chipset, which nobody hands over");
		}
		first = false;
		for (size_t j = 0; j < room->device_count; j++) {
			char class[32];

			keep(shown, text_add(&line, "%s%s" FIRM "%s", j > 0 ? ", " : "",
					    room->devices[j]->name,
					    listing_class(room->devices[j], class)));
		}
		keep(shown, room_title(room, &title));
		keep(shown, text_add(&title, "%*s", title.length < 10 ? 10 - (int)title.length : 2,
				    ""));
		say(shown, title.data ? title.data : "", TONE_FAINT, &line);
	}
}

static void add_names(struct shown *shown, const struct names *names) {
	for (size_t i = 0; i < names->count; i++) {
		box_line(&shown->box, TONE_PLAIN, "  ", TONE_FAINT, names->names[i]);
	}
}

static void add_machine(struct shown *shown) {
	const struct listing *listing = shown->listing;
	const struct inventory *inventory = listing->inventory;
	AUTO_TEXT struct text line = {0}, name = {0};
	AUTO_NAMES struct names processors = {0}, memory = {0};

	keep(shown, text_add(&line, "Linux %s%sIOMMU: %s", listing->host->kernel,
			    terminal_sign(shown->terminal, SIGN_POINT),
			    iommu_kind_name(inventory->iommu.kind)));
	if (inventory->iommu.kind != IOMMU_NONE) {
		keep(shown, text_add(&line, ", %s", listing->host->iommu ? "on" : "off"));
	}
	say(shown, "", TONE_STRONG, &line);
	if (listing->selected) {
		return;
	}
	keep(shown, processors_name(&inventory->topology, &name));
	keep(shown, processors_of(&inventory->topology, &processors));
	keep(shown, memory_of(&inventory->numa, &memory));
	say(shown, "", TONE_PLAIN, &name);
	add_names(shown, &processors);
	add_names(shown, &memory);
}

static void add_remarks(struct shown *shown) {
	AUTO_NAMES struct names remarks = {0};

	keep(shown, listing_remarks(shown->listing, &remarks));
	for (size_t i = 0; i < remarks.count; i++) {
		box_empty(&shown->box);
		box_line(&shown->box, TONE_CAREFUL, "! ", TONE_PLAIN, remarks.names[i]);
	}
}

int report_boxes(const struct listing *listing, const struct terminal *terminal, struct text *ret) {
	struct shown shown = {.listing = listing, .terminal = terminal};
	AUTO_ROOMS struct rooms rooms = {0};
	int r = rooms_make(listing, &rooms);

	if (r < 0) {
		return r;
	}
	box_begin(&shown.box, terminal, ret);
	add_machine(&shown);
	add_remarks(&shown);
	for (size_t i = 0; i < rooms.count; i++) {
		if (!rooms.rooms[i].is_quiet || listing->selected) {
			add_room(&shown, &rooms.rooms[i]);
		}
	}
	add_quiet(&shown, &rooms);
	return box_end(&shown.box);
}
