// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/line.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

bool line_next(struct lines *lines, struct line *ret) {
	const char *newline;
	size_t length;

	if (lines->length == 0) {
		return false;
	}
	newline = memchr(lines->rest, '\n', lines->length);
	length = newline ? (size_t)(newline - lines->rest) : lines->length;
	*ret = (struct line){lines->rest, length, ++lines->number};
	length += newline != NULL;
	lines->rest += length;
	lines->length -= length;
	return true;
}

bool is_space(char c) {
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void line_trim_end(struct line *line) {
	while (line->length > 0 && is_space(line->text[line->length - 1])) {
		line->length--;
	}
}

void line_trim(struct line *line) {
	line_trim_end(line);
	while (line->length > 0 && is_space(*line->text)) {
		line->text++;
		line->length--;
	}
}

int line_copy(const struct line *line, char *ret, size_t size) {
	for (size_t i = 0; i < line->length; i++) {
		if (iscntrl((unsigned char)line->text[i]) && line->text[i] != '\t') {
			return -EILSEQ;
		}
	}
	if (line->length >= size) {
		return -ENAMETOOLONG;
	}
	memcpy(ret, line->text, line->length);
	ret[line->length] = '\0';
	return 0;
}
