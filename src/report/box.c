// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/box.h"

#include <assert.h>
#include <string.h>

#include "base/character.h"
#include "base/macros.h"

/* What stands beside a line: a side of the box, and a blank. */
#define SIDE 2

static const char *const tones[TONE_COUNT] = {
	[TONE_PLAIN] = "",
	[TONE_STRONG] = "\033[1m",
	[TONE_FAINT] = "\033[2m",
	[TONE_GOOD] = "\033[32m",
	[TONE_CAREFUL] = "\033[33m",
	[TONE_BAD] = "\033[31m",
	[TONE_AWAY] = "\033[36m",
};

enum piece {
	PIECE_TOP_LEFT,
	PIECE_TOP_RIGHT,
	PIECE_BOTTOM_LEFT,
	PIECE_BOTTOM_RIGHT,
	PIECE_ACROSS,
	PIECE_DOWN,
	PIECE_COUNT
};

static const char *const pieces[2][PIECE_COUNT] = {
	{"+", "+", "+", "+", "-", "|"},
	{"\u250c", "\u2510", "\u2514", "\u2518", "\u2500", "\u2502"},
};

const char *terminal_sign(const struct terminal *terminal, enum sign sign) {
	static const char *const signs[2][SIGN_COUNT] = {
		{[SIGN_DOT] = "*", [SIGN_ARROW] = "->", [SIGN_BRANCH] = "`-", [SIGN_POINT] = ", "},
		{[SIGN_DOT] = "\u25cf",
			[SIGN_ARROW] = "\u2192",
			[SIGN_BRANCH] = "\u2514",
			[SIGN_POINT] = " \u00b7 "},
	};

	return signs[terminal->utf8][sign];
}

static void add(struct box *box, const char *data, size_t length) {
	if (box->r == 0) {
		box->r = text_append(box->text, data, length);
	}
}

static void add_word(struct box *box, const char *word) {
	add(box, word, strlen(word));
}

static void add_piece(struct box *box, enum piece piece) {
	add_word(box, pieces[box->terminal->utf8][piece]);
}

static void add_blanks(struct box *box, size_t count) {
	while (count-- > 0) {
		add_word(box, " ");
	}
}

static void begin_tone(struct box *box, enum tone tone) {
	if (box->terminal->coloured && tone != TONE_PLAIN) {
		add_word(box, tones[tone]);
	}
}

static void end_tone(struct box *box, enum tone tone) {
	if (box->terminal->coloured && tone != TONE_PLAIN) {
		add_word(box, "\033[0m");
	}
}

/* A piece of the box itself is never what catches the eye. */
static void add_side(struct box *box, enum piece piece) {
	begin_tone(box, TONE_FAINT);
	add_piece(box, piece);
	end_tone(box, TONE_FAINT);
}

/* Of a character that is tamed: what this terminal can show of it, and how wide that is. */
static const char *show(const struct box *box, const char *text, size_t *length, size_t *columns) {
	uint32_t code = '?';

	*length = character_read(text, &code);
	if (*length == 0) {
		*length = *columns = 1;
		return "?";
	}
	*columns = code == 0xa0 ? 1 : character_columns(code);
	if (code == 0xa0) {
		return " ";
	}
	if (code >= 0x80 && !box->terminal->utf8) {
		*columns = 1;
		return "?";
	}
	return NULL; /* as it is */
}

static size_t measure(const struct box *box, const char *text, size_t end) {
	size_t all = 0, length, columns;

	for (size_t i = 0; i < end; i += length) {
		(void)show(box, text + i, &length, &columns);
		all += columns;
	}
	return all;
}

/* Where the line ends that begins with this text: at the last blank that fits; a word that is wider
 * than the line is cut. */
static size_t find_end(const struct box *box, const char *text, size_t width) {
	size_t end = 0, used = 0, length, columns;

	for (size_t i = 0; text[i]; i += length) {
		(void)show(box, text + i, &length, &columns);
		if (text[i] == ' ') {
			end = i;
		}
		used += columns;
		if (used > width) {
			return end > 0 ? end : i > 0 ? i : length;
		}
	}
	return strlen(text);
}

static void add_shown(struct box *box, const char *text, size_t end) {
	size_t length, columns;

	for (size_t i = 0; i < end; i += length) {
		const char *shown = show(box, text + i, &length, &columns);

		if (shown) {
			add_word(box, shown);
		} else {
			add(box, text + i, length);
		}
	}
}

void box_begin(struct box *box, const struct terminal *terminal, struct text *ret) {
	*box = (struct box){.terminal = terminal, .text = ret};
}

void box_empty(struct box *box) {
	assert(!box->is_open);
	add_word(box, "\n");
}

void box_open(struct box *box, const char *title) {
	size_t width = box->terminal->columns - 2;
	size_t end = find_end(box, title, width - 4), used = measure(box, title, end) + 3;

	assert(!box->is_open);
	if (box->text->length > 0) {
		box_empty(box);
	}
	add_side(box, PIECE_TOP_LEFT);
	add_side(box, PIECE_ACROSS);
	add_word(box, " ");
	begin_tone(box, TONE_STRONG);
	add_shown(box, title, end);
	end_tone(box, TONE_STRONG);
	add_word(box, " ");
	begin_tone(box, TONE_FAINT);
	for (size_t i = used; i < width; i++) {
		add_piece(box, PIECE_ACROSS);
	}
	add_piece(box, PIECE_TOP_RIGHT);
	end_tone(box, TONE_FAINT);
	add_word(box, "\n");
	box->is_open = true;
}

void box_close(struct box *box) {
	assert(box->is_open);
	begin_tone(box, TONE_FAINT);
	add_piece(box, PIECE_BOTTOM_LEFT);
	for (size_t i = 2; i < box->terminal->columns; i++) {
		add_piece(box, PIECE_ACROSS);
	}
	add_piece(box, PIECE_BOTTOM_RIGHT);
	end_tone(box, TONE_FAINT);
	add_word(box, "\n");
	box->is_open = false;
}

void box_line(
	struct box *box, enum tone mark_tone, const char *mark, enum tone tone, const char *text) {
	size_t indent = measure(box, mark, strlen(mark));
	size_t width = box->terminal->columns - (box->is_open ? 2 * SIDE : 0);
	bool first = true;

	assert(indent < width);
	width -= indent;
	do {
		size_t end = find_end(box, text, width);

		if (box->is_open) {
			add_side(box, PIECE_DOWN);
			add_word(box, " ");
		}
		begin_tone(box, mark_tone);
		add_shown(box, first ? mark : "", first ? strlen(mark) : 0);
		end_tone(box, mark_tone);
		add_blanks(box, first ? 0 : indent);
		first = false;
		begin_tone(box, tone);
		add_shown(box, text, end);
		end_tone(box, tone);
		if (box->is_open) {
			add_blanks(box, width - measure(box, text, end) + 1);
			add_side(box, PIECE_DOWN);
		}
		add_word(box, "\n");
		text += end;
		text += strspn(text, " ");
	} while (*text);
}

int box_end(struct box *box) {
	assert(!box->is_open);
	return box->r;
}
