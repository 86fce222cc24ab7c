// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/lines.h"

#include <string.h>

/* With its newline, if it has one. */
static size_t line_length(const struct text *text, size_t at) {
	const char *end = memchr(text->data + at, '\n', text->length - at);

	return end ? (size_t)(end - text->data) - at + 1 : text->length - at;
}

static bool has_line(const struct text *text, const char *line, size_t length) {
	for (size_t at = 0; at < text->length;) {
		size_t other = line_length(text, at);

		if (other == length && memcmp(text->data + at, line, length) == 0) {
			return true;
		}
		at += other;
	}
	return false;
}

int lines_take_back(const struct text *before, const struct text *after, const struct text *now,
	struct text *ret) {
	int r = text_append(ret, "", 0);

	for (size_t at = 0; r == 0 && at < now->length;) {
		const char *line = now->data + at;
		size_t length = line_length(now, at);

		if (has_line(before, line, length) || !has_line(after, line, length)) {
			r = text_append(ret, line, length);
		}
		at += length;
	}
	return r;
}
