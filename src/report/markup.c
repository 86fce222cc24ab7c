// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/markup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/character.h"

void markup_begin(struct markup *markup, const struct secrets *hidden, struct text *ret) {
	*markup = (struct markup){.text = ret, .hidden = hidden};
}

static void add(struct markup *markup, const char *data, size_t length) {
	if (markup->r == 0) {
		markup->r = text_append(markup->text, data, length);
	}
}

void markup_raw(struct markup *markup, const char *raw) {
	add(markup, raw, strlen(raw));
}

void markup_format(struct markup *markup, const char *format, ...) {
	AUTO_FREE char *formatted = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&formatted, format, args);
	va_end(args);
	if (length < 0) {
		formatted = NULL;
		markup->r = markup->r ? markup->r : -ENOMEM;
		return;
	}
	add(markup, formatted, (size_t)length);
}

static const char *escape(uint32_t code) {
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* One character; returns how many bytes it had. */
static size_t add_character(struct markup *markup, const char *text) {
	uint32_t code = '?';
	size_t length = character_read(text, &code);
	const char *escaped = escape(code);

	if (length == 0) {
		markup_raw(markup, "?");
		return 1;
	}
	if (escaped) {
		markup_raw(markup, escaped);
	} else {
		add(markup, text, length);
	}
	return length;
}

static void escape_text(struct markup *markup, const char *text, size_t length) {
	for (const char *end = text + length; text < end;) {
		text += add_character(markup, text);
	}
}

const char *markup_clean(struct markup *markup, const char *text, struct text *ret) {
	int r = markup->hidden ? secrets_conceal(markup->hidden, text, ret) : 0;

	markup->r = markup->r ? markup->r : r;
	return markup->hidden ? (ret->data ? ret->data : "") : text;
}

void markup_text(struct markup *markup, const char *text) {
	AUTO_TEXT struct text cleaned = {0};
	const char *shown = markup_clean(markup, text, &cleaned);

	escape_text(markup, shown, strlen(shown));
}

void markup_plain(struct markup *markup, const char *text) {
	escape_text(markup, text, strlen(text));
}

void markup_prose(struct markup *markup, const char *text) {
	bool code = false;

	for (const char *tick; (tick = strchr(text, '`')); text = tick + 1) {
		AUTO_TEXT struct text part = {0};

		if (!code && !strchr(tick + 1, '`')) {
			break;
		}
		markup->r = markup->r ? markup->r : text_append(&part, text, (size_t)(tick - text));
		markup_text(markup, part.data ? part.data : "");
		markup_raw(markup, code ? "</code>" : "<code>");
		code = !code;
	}
	markup_text(markup, text);
}

static size_t measure(const char *text) {
	size_t columns = 0;

	while (*text) {
		uint32_t code = '?';
		size_t length = character_read(text, &code);

		columns += character_columns(code);
		text += length ? length : 1;
	}
	return columns;
}

/* Where to cut, so that an ellipsis fits. */
static size_t find_cut(const char *text, size_t columns) {
	size_t used = 0, at = 0;

	while (text[at]) {
		uint32_t code = '?';
		size_t length = character_read(text + at, &code);

		used += character_columns(code);
		if (used >= columns) {
			break;
		}
		at += length ? length : 1;
	}
	return at;
}

void markup_cut(struct markup *markup, const char *text, size_t columns) {
	AUTO_TEXT struct text cleaned = {0};
	const char *shown = markup_clean(markup, text, &cleaned);
	bool fits = measure(shown) <= columns;

	escape_text(markup, shown, fits ? strlen(shown) : find_cut(shown, columns));
	markup_raw(markup, fits ? "" : "\u2026");
}

void markup_element(struct markup *markup, const char *name, const char *class, const char *text) {
	markup_format(markup, "<%s class=\"%s\">", name, class);
	markup_text(markup, text);
	markup_format(markup, "</%s>", name);
}

int markup_end(struct markup *markup) {
	return markup->r;
}
