// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/drawing.h"

#include <stdio.h>
#include <string.h>

#include "base/character.h"
#include "base/macros.h"
#include "report/hanging.h"
#include "report/markup.h"
#include "report/trait.h"

/* In units of the drawing, which are pixels where nobody zooms. */
#define WIDTH   360 /* of a tile */
#define GAP     16  /* between two */
#define COLUMNS 3   /* of tiles in a file that stands alone */
#define LEFT    52  /* where the text of a card begins */
#define LINE    21  /* from one thing that hangs on a card to the next */

#define SENTENCE_LINES   4
#define SENTENCE_COLUMNS 42 /* of a wide font */

#define HANGINGS_SHOWN 9 /* the page below has all of them */

struct pen {
	const struct listing *listing;
	struct markup markup;
	unsigned int y;
};

/* What a class of devices looks like, in 24 by 20. */
static const struct {
	uint8_t class;
	const char *path;
} icons[] = {
	{CLASS_DISPLAY, "M2 3h20v12H2zM8 19h8M12 15v4"},
	{0x01, "M3 4h18v5H3zM3 11h18v5H3zM17 6.5h1M17 13.5h1"},
	{0x02, "M12 3v6M5 16v-3h14v3M12 9v4M9 1h6v4H9zM2 16h6v3H2zM16 16h6v3h-6z"},
	{0x04, "M4 8h4l5-4v13l-5-4H4zM16 7q3 3.500 0 7M19 5q5 5.500 0 11"},
	{0x0c, "M12 18V3M12 3l-2 3M12 3l2 3M12 14l5-3V8M12 16l-5-3v-3M10.500 18h3"},
};
static const char icon_of_others[] = "M5 5h14v10H5zM8 2v3M12 2v3M16 2v3M8 15v3M12 15v3M16 15v3";

static const char *icon_of(const struct device *device) {
	for (size_t i = 0; i < COUNT(icons); i++) {
		if (device->class >> 16 == icons[i].class) {
			return icons[i].path;
		}
	}
	return icon_of_others;
}

static void keep(struct pen *pen, int r) {
	pen->markup.r = pen->markup.r ? pen->markup.r : r < 0 ? r : 0;
}

static void write_text(
	struct pen *pen, unsigned int x, const char *class, const char *text, size_t columns) {
	markup_format(&pen->markup, "<text class=\"%s\" x=\"%u\" y=\"%u\">", class, x, pen->y);
	markup_cut(&pen->markup, text, columns);
	markup_raw(&pen->markup, "</text>");
}

/* Where a line ends that is to have at most so many columns: at a blank, if there is one. */
static size_t find_end(const char *text, size_t columns) {
	size_t used = 0, blank = 0, at = 0;

	while (text[at]) {
		uint32_t code = '?';
		size_t length = character_read(text + at, &code);

		used += character_columns(code);
		blank = text[at] == ' ' ? at : blank;
		if (used > columns) {
			return blank ? blank : at;
		}
		at += length ? length : 1;
	}
	return at;
}

/* In as many lines as it takes, but for the end of a long one. */
static void write_sentence(struct pen *pen, const char *text) {
	AUTO_TEXT struct text cleaned = {0};
	const char *rest = markup_clean(&pen->markup, text, &cleaned);

	for (size_t i = 0; i < SENTENCE_LINES && *rest; i++) {
		AUTO_TEXT struct text line = {0};
		size_t end =
			i + 1 < SENTENCE_LINES ? find_end(rest, SENTENCE_COLUMNS) : strlen(rest);

		keep(pen, text_append(&line, rest, end));
		pen->y += i == 0 ? 20 : 16;
		write_text(pen, LEFT, "says", line.data ? line.data : "", SENTENCE_COLUMNS);
		rest += end;
		rest += strspn(rest, " ");
	}
}

/* The functions of a card in a row: "VGA 0000:0a:00.0", "audio .1". */
static void write_functions(struct pen *pen, const struct verdict *verdict) {
	AUTO_TEXT struct text line = {0};

	for (size_t i = 0; i < verdict->device_count; i++) {
		const struct device *device = host_device(pen->listing->host, verdict->devices[i]);
		char class[32];

		keep(pen,
			text_add(&line, "%s%s %s", i > 0 ? ", " : "", listing_class(device, class),
				i == 0 ? device->name : strrchr(device->name, '.')));
	}
	pen->y += 17;
	write_text(pen, LEFT, "small", line.data ? line.data : "", 44);
}

/* Parts of a disk are not drawn. */
static bool is_drawn(const struct hanging *hanging) {
	enum attached_kind kind = hanging->attached ? hanging->attached->kind : ATTACHED_PARTITION;

	return kind != ATTACHED_PARTITION && kind != ATTACHED_VOLUME;
}

static void write_hanging(struct pen *pen, const struct hanging *hanging, unsigned int from) {
	AUTO_TEXT struct text line = {0};

	keep(pen, text_add(&line, "%s%s%s", hanging->name, hanging->text.length ? "  " : "",
			  hanging->text.length ? hanging->text.data : ""));
	pen->y += LINE;
	markup_format(&pen->markup, "<path class=\"wire\" d=\"M32 %uV%uH%d\"/>", from, pen->y - 5,
		LEFT - 6);
	write_text(pen, LEFT, "thing", line.data ? line.data : "", 42);
}

static void write_hangings(struct pen *pen, const struct verdict *verdict) {
	unsigned int from = pen->y + 5;
	size_t count = 0;
	char more[48];

	for (size_t i = 0; i < verdict->device_count; i++) {
		const struct device *device = host_device(pen->listing->host, verdict->devices[i]);
		AUTO_HANGINGS struct hangings hangings = {0};

		keep(pen, hangings_of(pen->listing, device, &hangings));
		for (size_t j = 0; j < hangings.count; j++) {
			if (is_drawn(&hangings.hangings[j]) && count++ < HANGINGS_SHOWN) {
				write_hanging(pen, &hangings.hangings[j], from);
			}
		}
	}
	if (count > HANGINGS_SHOWN) {
		snprintf(more, sizeof(more), "and %zu more", count - HANGINGS_SHOWN);
		pen->y += LINE;
		write_text(pen, LEFT, "small", more, sizeof(more));
	}
}

static void write_card(struct pen *outer, const struct verdict *verdict) {
	const struct device *device = host_device(outer->listing->host, verdict->devices[0]);
	AUTO_TEXT struct text inside = {0}, sentence = {0};
	struct pen pen = {.listing = outer->listing, .y = outer->y + 21};
	char name[PCI_NAME_SIZE], class[32];

	markup_begin(&pen.markup, pen.listing->hidden, &inside);
	if (!pci_names_short(
		    pen.listing->names, device->identity.vendor, device->identity.device, name)) {
		snprintf(name, sizeof(name), "%s %04x:%04x", listing_class(device, class),
			device->identity.vendor, device->identity.device);
	}
	write_text(&pen, LEFT, "name", name, 32);
	write_functions(&pen, verdict);
	keep(&pen, verdict_format(verdict, &sentence));
	markup_format(&pen.markup, "<g class=\"%s\">", verdict_name(verdict->kind));
	write_sentence(&pen, sentence.data ? sentence.data : "");
	markup_raw(&pen.markup, "</g>");
	write_hangings(&pen, verdict);
	keep(outer, markup_end(&pen.markup));
	markup_format(&outer->markup,
		"<rect class=\"card\" x=\"10\" y=\"%u\" width=\"%d\" height=\"%u\" rx=\"7\"/>"
		"<g class=\"%s\"><rect class=\"bar\" x=\"10\" y=\"%u\" width=\"6\" height=\"%u\" "
		"rx=\"3\"/><path class=\"icon\" transform=\"translate(21 %u)\" d=\"%s\"/></g>",
		outer->y, WIDTH - 20, pen.y + 12 - outer->y, verdict_name(verdict->kind), outer->y,
		pen.y + 12 - outer->y, outer->y + 8, icon_of(device));
	markup_raw(&outer->markup, inside.data ? inside.data : "");
	outer->y = pen.y + 22;
}

/* The inside of a tile; *ret_height: how high it became. */
static int write_tile(const struct listing *listing, const struct room *room, struct text *ret,
	unsigned int *ret_height) {
	AUTO_TEXT struct text inside = {0}, title = {0};
	struct pen pen = {.listing = listing, .y = 24};
	struct markup markup;
	int r;

	markup_begin(&pen.markup, pen.listing->hidden, &inside);
	keep(&pen, room_title(room, &title));
	write_text(&pen, 14, "title", title.data ? title.data : "", 40);
	pen.y = 36;
	for (size_t i = 0; i < room->device_count; i++) {
		const struct verdict *verdict;

		if (room_begins_card(listing, room, i, &verdict)) {
			write_card(&pen, verdict);
		}
	}
	r = markup_end(&pen.markup);
	if (r < 0) {
		return r;
	}
	markup_begin(&markup, NULL, ret);
	markup_format(&markup,
		"<rect class=\"room\" x=\"1\" y=\"1\" width=\"%d\" height=\"%u\" rx=\"10\"/>%s",
		WIDTH - 2, pen.y - 2, inside.data);
	*ret_height = pen.y;
	return markup_end(&markup);
}

int drawing_tile(const struct listing *listing, const struct room *room, struct text *ret) {
	AUTO_TEXT struct text inside = {0}, title = {0};
	struct markup markup;
	unsigned int height;
	int r = write_tile(listing, room, &inside, &height);

	r = r < 0 ? r : room_title(room, &title);
	if (r < 0) {
		return r;
	}
	markup_begin(&markup, NULL, ret);
	markup_format(&markup,
		"<svg class=\"drawing\" role=\"img\" viewBox=\"0 0 %d %u\" "
		"xmlns=\"http://www.w3.org/2000/svg\"><title>%s</title>%s</svg>",
		WIDTH, height, title.data, inside.data);
	return markup_end(&markup);
}

/* The column that is shortest so far. */
static size_t find_column(const unsigned int heights[COLUMNS]) {
	size_t found = 0;

	for (size_t i = 1; i < COLUMNS; i++) {
		found = heights[i] < heights[found] ? i : found;
	}
	return found;
}

int drawing_whole(const struct listing *listing, const struct rooms *rooms, struct text *ret) {
	unsigned int heights[COLUMNS] = {GAP, GAP, GAP}, highest = 0;
	AUTO_TEXT struct text all = {0};
	struct markup markup;
	int r = 0;

	for (size_t i = 0; r == 0 && i < rooms->count; i++) {
		AUTO_TEXT struct text tile = {0};
		size_t column = find_column(heights);
		unsigned int height = 0;

		if (rooms->rooms[i].is_quiet && !listing->selected) {
			continue;
		}
		r = write_tile(listing, &rooms->rooms[i], &tile, &height);
		r = r < 0 ? r
			  : text_add(&all, "<g transform=\"translate(%zu %u)\">%s</g>",
				    GAP + column * (WIDTH + GAP), heights[column], tile.data);
		heights[column] += height + GAP;
		highest = heights[column] > highest ? heights[column] : highest;
	}
	if (r < 0) {
		return r;
	}
	markup_begin(&markup, NULL, ret);
	markup_format(&markup,
		"<svg class=\"drawing\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
		"width=\"%d\" height=\"%u\" viewBox=\"0 0 %d %u\"><title>IOMMU groups and "
		"cards</title><style>%s</style><rect class=\"ground\" width=\"100%%\" "
		"height=\"100%%\"/>%s</svg>\n",
		GAP + COLUMNS * (WIDTH + GAP), highest, GAP + COLUMNS * (WIDTH + GAP), highest,
		drawing_style, all.data ? all.data : "");
	return markup_end(&markup);
}
