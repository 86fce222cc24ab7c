// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/shell.h"

#include <string.h>

#define LINE_MAX_COLUMNS 92

int shell_word(const char *word, struct text *ret) {
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "@%+=:,./-_";
	int r;

	if (*word && word[strspn(word, plain)] == '\0') {
		return text_add(ret, "%s", word);
	}
	r = text_add(ret, "\"");
	for (; r == 0 && *word; word++) {
		r = text_add(ret, strchr("\"\\$`", *word) ? "\\%c" : "%c", *word);
	}
	return r < 0 ? r : text_add(ret, "\"");
}

static size_t column(const struct text *text) {
	const char *newline = text->data ? memrchr(text->data, '\n', text->length) : NULL;

	return newline ? text->length - (size_t)(newline + 1 - text->data) : text->length;
}

int shell_next(const char *word, struct text *ret) {
	bool full = column(ret) + 1 + strlen(word) > LINE_MAX_COLUMNS;

	return text_add(ret, "%s%s", full ? " \\\n  " : " ", word);
}
