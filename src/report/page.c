// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/page.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "report/drawing.h"
#include "report/hanging.h"
#include "report/holders.h"
#include "report/markup.h"
#include "report/processors.h"
#include "report/room.h"
#include "report/trait.h"

struct page {
	const struct listing *listing;
	struct markup markup;
};

static void keep(struct page *page, int r) {
	page->markup.r = page->markup.r ? page->markup.r : r < 0 ? r : 0;
}

static void raw(struct page *page, const char *text) {
	markup_raw(&page->markup, text);
}

static void element(
	struct page *page, const char *name, const char *class, const struct text *text) {
	if (text->length > 0) {
		markup_element(&page->markup, name, class, text->data);
	}
}

static void paragraph(struct page *page, const char *class, const char *before, const char *text) {
	markup_format(&page->markup, "<p class=\"%s\">%s", class, before);
	markup_prose(&page->markup, text);
	raw(page, "</p>\n");
}

/* What people count first. */
static void add_sum(struct page *page, const struct rooms *rooms) {
	static const char *const words[VERDICT_COUNT] = {
		[VERDICT_NOW] = "can be handed over now",
		[VERDICT_LOSSES] = "can be handed over, but something ends",
		[VERDICT_AFTER] = "not yet",
		[VERDICT_GUEST] = "with a guest",
		[VERDICT_NO] = "cannot be handed over",
	};
	size_t counts[VERDICT_COUNT] = {0};

	for (size_t i = 0; i < rooms->count; i++) {
		const struct room *room = &rooms->rooms[i];
		const struct verdict *verdict;

		for (size_t j = 0; j < room->device_count && !room->is_quiet; j++) {
			if (room_begins_card(page->listing, room, j, &verdict)) {
				counts[verdict->kind]++;
			}
		}
	}
	raw(page, "<ul class=\"sum\">");
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		if (counts[i] > 0) {
			markup_format(&page->markup, "<li class=\"%s\">%zu %s</li>",
				verdict_name((enum verdict_kind)i), counts[i], words[i]);
		}
	}
	raw(page, "</ul>\n");
}

static void add_head(struct page *page, const struct rooms *rooms) {
	const struct listing *listing = page->listing;
	AUTO_NAMES struct names remarks = {0};

	raw(page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
		  "<meta name=\"color-scheme\" content=\"light dark\">"
		  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
		  "style-src 'unsafe-inline'\">"
		  "<title>What this machine can hand over</title>\n<style>");
	raw(page, drawing_style);
	raw(page, page_style);
	raw(page, "</style></head>\n<body>\n<header><h1>What this machine can hand over</h1>\n"
		  "<p class=\"soft\">Linux ");
	markup_plain(&page->markup, listing->host->kernel);
	markup_format(&page->markup, " \u00b7 IOMMU: %s%s</p>\n",
		iommu_kind_name(listing->inventory->iommu.kind),
		listing->inventory->iommu.kind == IOMMU_NONE ? ""
		: listing->host->iommu                       ? ", on"
							     : ", off");
	add_sum(page, rooms);
	keep(page, listing_remarks(listing, &remarks));
	for (size_t i = 0; i < remarks.count; i++) {
		paragraph(page, "remark", "", remarks.names[i]);
	}
	raw(page, "</header>\n<main>\n");
}

/* "group-14", "group-none": where a tile leads. */
static const char *room_id(const struct room *room) {
	return room->groups.count ? room->groups.names[0] : "none";
}

static void add_drawing(struct page *page, const struct rooms *rooms) {
	raw(page, "<section aria-labelledby=\"drawing\"><h2 id=\"drawing\">At a glance</h2>\n"
		  "<div class=\"tiles\">\n");
	for (size_t i = 0; i < rooms->count; i++) {
		const struct room *room = &rooms->rooms[i];
		AUTO_TEXT struct text tile = {0};

		if (room->is_quiet && !page->listing->selected) {
			continue;
		}
		keep(page, drawing_tile(page->listing, room, &tile));
		markup_format(&page->markup, "<a href=\"#group-%s\">%s</a>\n", room_id(room),
			tile.data ? tile.data : "");
	}
	raw(page, "</div></section>\n");
}

static void add_finding(struct page *page, const struct finding *finding) {
	markup_format(
		&page->markup, "<article class=\"%s\"><h3>", finding_level_name(finding->level));
	markup_text(&page->markup, finding->id);
	raw(page, "</h3>\n<p>");
	markup_text(&page->markup, finding->subject);
	raw(page, " ");
	markup_text(&page->markup, finding->reason);
	raw(page, "</p>\n");
	if (finding->file) {
		raw(page, "<p class=\"soft\">");
		markup_text(&page->markup, finding->file);
		if (finding->line) {
			markup_format(&page->markup, ":%u", finding->line);
		}
		raw(page, "</p>\n");
	}
	if (finding->value) {
		raw(page, "<p><code>");
		markup_text(&page->markup, finding->value);
		raw(page, "</code></p>\n");
	}
	if (finding->remedy[0]) {
		raw(page, "<p>\u2192 <span class=\"remedy\">");
		markup_prose(&page->markup, finding->remedy);
		raw(page, "</span></p>\n");
	}
	raw(page, "</article>\n");
}

static void add_findings(struct page *page, const struct findings *findings) {
	if (!findings) {
		return;
	}
	raw(page,
		"<section aria-labelledby=\"findings\"><h2 id=\"findings\">What was found</h2>\n");
	for (size_t i = 0; i < findings->count; i++) {
		add_finding(page, &findings->items[i]);
	}
	if (findings->count == 0) {
		raw(page, "<p>Nothing that keeps a hand-over from working.</p>\n");
	}
	raw(page, "</section>\n");
}

static void add_list(
	struct page *page, const char *class, const struct names *names, size_t first) {
	if (names->count <= first) {
		return;
	}
	markup_format(&page->markup, "<ul class=\"%s\">", class);
	for (size_t i = first; i < names->count; i++) {
		raw(page, "<li>");
		markup_prose(&page->markup, names->names[i]);
		raw(page, "</li>");
	}
	raw(page, "</ul>\n");
}

static void add_refusals(struct page *page, const struct verdict *verdict) {
	raw(page, verdict->refusal_count ? "<ul class=\"helps\">" : "");
	for (size_t i = 0; i < verdict->refusal_count; i++) {
		AUTO_TEXT struct text why = {0};

		if (!room_tells_refusal(page->listing, verdict, i)) {
			continue;
		}
		keep(page, verdict_format_refusal(verdict, &verdict->refusals[i], &why));
		raw(page, "<li>");
		if (i > 0) {
			markup_prose(&page->markup, why.data ? why.data : "");
			raw(page, ": ");
		}
		raw(page, "\u2192 <span class=\"remedy\">");
		markup_prose(&page->markup, verdict->refusals[i].remedy);
		raw(page, "</span></li>");
	}
	raw(page, verdict->refusal_count ? "</ul>\n" : "");
}

/* The card's verdict, and the element that its devices go into. */
static void open_card(struct page *page, const struct verdict *verdict) {
	AUTO_TEXT struct text sentence = {0};
	char name[ADDRESS_SIZE];

	address_format(verdict->devices[0], name);
	keep(page, verdict_format(verdict, &sentence));
	markup_format(&page->markup,
		"<div class=\"card-of %s\" data-card=\"%s\" data-verdict=\"%s\">",
		verdict_name(verdict->kind), name, verdict_name(verdict->kind));
	element(page, "p", "verdict", &sentence);
	add_list(page, "losses-of", &verdict->losses, 1); /* the sentence has the first */
	add_refusals(page, verdict);
	for (size_t i = 0; i < verdict->warning_count; i++) {
		AUTO_TEXT struct text warning = {0};

		if (!room_tells_warning(page->listing, verdict, &verdict->warnings[i])) {
			continue;
		}
		keep(page, warning_format(&verdict->warnings[i], &warning));
		paragraph(page, "soft", "", warning.data ? warning.data : "");
	}
	markup_format(&page->markup,
		"<p class=\"soft\">Step by step: <code>baton plan %.*s</code></p>\n",
		(int)(verdict->device_count > 1 ? strcspn(name, ".") : strlen(name)), name);
}

static void add_hangings(struct page *page, const struct device *device) {
	AUTO_HANGINGS struct hangings hangings = {0};
	unsigned int depth = 0;

	keep(page, hangings_of(page->listing, device, &hangings));
	if (hangings.count == 0) {
		return;
	}
	raw(page, "<ul class=\"hangs\">");
	for (size_t i = 0; i < hangings.count; i++) {
		const struct hanging *hanging = &hangings.hangings[i];

		/* A list within the item above; never deeper than one step at once. */
		raw(page, i == 0                   ? "<li>"
			  : hanging->depth > depth ? "<ul class=\"hangs\"><li>"
						   : "</li>");
		for (; i > 0 && depth > hanging->depth; depth--) {
			raw(page, "</ul></li>");
		}
		raw(page, i > 0 && hanging->depth <= depth ? "<li>" : "");
		depth = i == 0 ? 0 : hanging->depth > depth ? depth + 1 : hanging->depth;
		markup_element(&page->markup, "b", "what", hanging->name);
		raw(page, " ");
		markup_text(&page->markup, hanging->text.data ? hanging->text.data : "");
	}
	for (; depth > 0; depth--) {
		raw(page, "</li></ul>");
	}
	raw(page, "</li></ul>\n");
}

static void add_device(struct page *page, const struct device *device) {
	const struct claimed_device *claim = listing_claim(page->listing, device->address);
	AUTO_TEXT struct text class = {0}, name = {0}, holders = {0};
	AUTO_NAMES struct names traits = {0};
	char group[16] = "";

	if (device->group != GROUP_NONE) {
		snprintf(group, sizeof(group), "%d", device->group);
	}
	markup_format(&page->markup,
		"<div class=\"device\" data-device=\"%s\" data-group=\"%s\"><h4>"
		"<span class=\"address\">%s</span> ",
		device->name, group, device->name);
	keep(page, trait_class(page->listing, device, &class));
	keep(page, trait_name(page->listing, device, &name));
	markup_text(&page->markup, class.data ? class.data : "");
	raw(page, device->boot_vga ? " \u00b7 boot display</h4>\n" : "</h4>\n");
	element(page, "p", "name", &name);
	if (claim) {
		paragraph(page, "owner", "With ", claim->title);
	}
	keep(page, traits_of(page->listing, device, &traits));
	add_list(page, "traits", &traits, 0);
	keep(page, report_holder_names(page->listing->host, device, &holders));
	if (holders.length) {
		paragraph(page, "holders", "In use: ", holders.data);
	}
	add_hangings(page, device);
	raw(page, "</div>\n");
}

static void add_bridges(struct page *page, const struct room *room) {
	bool any = false;

	for (size_t i = 0; i < room->device_count; i++) {
		const struct device *device = room->devices[i];
		char group[16] = "";

		if (!device_is_bridge(device)) {
			continue;
		}
		if (device->group != GROUP_NONE) {
			snprintf(group, sizeof(group), "%d", device->group);
		}
		markup_format(&page->markup,
			"%s<span class=\"address\" data-device=\"%s\" data-group=\"%s\">%s</span>",
			any ? ", " : "<p class=\"soft\">Bridges, which stay: ", device->name, group,
			device->name);
		any = true;
	}
	raw(page, any ? "</p>\n" : "");
}

static void add_room(struct page *page, const struct room *room) {
	AUTO_TEXT struct text title = {0};
	bool open = false;

	keep(page, room_title(room, &title));
	markup_format(&page->markup, "<article id=\"group-%s\">", room_id(room));
	element(page, "h3", "title", &title);
	for (size_t i = 0; i < room->device_count; i++) {
		const struct verdict *verdict;

		if (device_is_bridge(room->devices[i])) {
			continue;
		}
		if (room_begins_card(page->listing, room, i, &verdict)) {
			raw(page, open ? "</div>\n" : "");
			open_card(page, verdict);
			open = true;
		}
		add_device(page, room->devices[i]);
	}
	raw(page, open ? "</div>\n" : "");
	add_bridges(page, room);
	raw(page, "</article>\n");
}

static void add_rooms(struct page *page, const struct rooms *rooms, bool quiet) {
	for (size_t i = 0; i < rooms->count; i++) {
		if ((rooms->rooms[i].is_quiet && !page->listing->selected) == quiet) {
			add_room(page, &rooms->rooms[i]);
		}
	}
}

static void add_machine(struct page *page) {
	const struct inventory *inventory = page->listing->inventory;
	AUTO_TEXT struct text name = {0};
	AUTO_NAMES struct names lines = {0};

	keep(page, processors_name(&inventory->topology, &name));
	keep(page, processors_of(&inventory->topology, &lines));
	keep(page, memory_of(&inventory->numa, &lines));
	if (name.length || lines.count) {
		raw(page, "<section aria-labelledby=\"machine\"><h2 id=\"machine\">Processors and "
			  "memory</h2><article>\n");
		element(page, "p", "name", &name);
		add_list(page, "lines", &lines, 0);
		raw(page, "</article></section>\n");
	}
}

static void add_foot(struct page *page) {
	raw(page, "</main>\n<footer><p>Made by <code>baton report</code>. Serial numbers, hardware "
		  "addresses, addresses of the internet and UUIDs are ");
	raw(page, page->listing->secrets ? "in it" : "left out where they can be told");
	raw(page,
		". What guests, programs, disks, file systems, mount points and network interfaces "
		"are called is in it, and so are lines of files in which something was found: look "
		"through it before you pass it on.</p></footer>\n</body></html>\n");
}

int report_page(const struct listing *listing, const struct findings *findings, struct text *ret) {
	struct page page = {.listing = listing};
	AUTO_ROOMS struct rooms rooms = {0};
	int r = rooms_make(listing, &rooms);

	if (r < 0) {
		return r;
	}
	markup_begin(&page.markup, listing->hidden, ret);
	add_head(&page, &rooms);
	add_drawing(&page, &rooms);
	add_findings(&page, findings);
	raw(&page, "<section aria-labelledby=\"groups\"><h2 id=\"groups\">Groups and their "
		   "devices</h2>\n");
	add_rooms(&page, &rooms, false);
	raw(&page,
		"<details><summary>Bridges and the chipset, which nobody hands over</summary>\n");
	add_rooms(&page, &rooms, true);
	raw(&page, "</details></section>\n");
	if (!listing->selected) {
		add_machine(&page);
	}
	add_foot(&page);
	return markup_end(&page.markup);
}
