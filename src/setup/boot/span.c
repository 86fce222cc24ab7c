// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/span.h"

#include <string.h>

bool span_is_blank(char c) {
	return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_word(char c) {
	return !c || strchr(" \t\r\n\"'\\", c);
}

bool span_find_word(const char *data, struct span in, const char *word, struct span *ret) {
	size_t length = strlen(word);

	for (size_t at = in.from; at + length <= in.to; at++) {
		if (memcmp(data + at, word, length) == 0 &&
			(at == in.from || ends_word(data[at - 1])) &&
			(at + length == in.to || ends_word(data[at + length]))) {
			*ret = (struct span){at, at + length};
			return true;
		}
	}
	return false;
}

int span_replace(
	const char *data, size_t length, struct span span, const char *by, struct text *ret) {
	int r = text_append(ret, data, span.from);

	r = r < 0 ? r : text_append(ret, by, strlen(by));
	return r < 0 ? r : text_append(ret, data + span.to, length - span.to);
}

/* A blank of the text's own: behind a backslash it is a part of what it stands in. */
static bool is_between(const char *data, size_t from, size_t at) {
	return span_is_blank(data[at]) && (at == from || data[at - 1] != '\\');
}

struct span span_widen(const char *data, size_t from, size_t to, struct span word) {
	bool closed = word.to < to && data[word.to] == '"';
	size_t next = word.to;

	if (word.from >= from + 2 && data[word.from - 1] == ' ' && data[word.from - 2] == '"' &&
		closed && word.from - 2 > from && word.to + 1 == to) {
		return (struct span){word.from - 2, word.to + 1}; /* value" word" */
	}
	if (word.from > from && is_between(data, from, word.from - 1)) {
		return (struct span){word.from - 1, word.to};
	}
	/* The first of several. */
	while (next < to && span_is_blank(data[next])) {
		next++;
	}
	word.to += next > word.to && next < to && !ends_word(data[next]);
	return word;
}
