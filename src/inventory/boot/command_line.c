// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/command_line.h"

#include <errno.h>
#include <string.h>

static bool is_blank(char c) {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v' || !c;
}

int command_line_split(const char *data, size_t length, struct names *ret) {
	size_t at = 0;

	while (at < length) {
		AUTO_FREE char *word = NULL;
		bool quoted = false;
		size_t start;
		int r;

		while (at < length && is_blank(data[at])) {
			at++;
		}
		for (start = at; at < length && data[at] && (quoted || !is_blank(data[at])); at++) {
			quoted ^= data[at] == '"';
		}
		if (at == start) {
			continue;
		}
		word = strndup(data + start, at - start);
		r = word ? names_add(ret, word) : -ENOMEM;
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static char fold(char c) {
	return c == '-' ? '_' : c;
}

/* How far the names of two parameters are the same, up to '=' or the end; false: they are not. */
static bool same_name(const char *a, const char *b, size_t *ret_length) {
	size_t i = 0;

	while (a[i] && a[i] != '=' && fold(a[i]) == fold(b[i])) {
		i++;
	}
	*ret_length = i;
	return (!a[i] || a[i] == '=') && (!b[i] || b[i] == '=');
}

bool command_line_same(const char *a, const char *b) {
	size_t length;

	return same_name(a, b, &length) && strcmp(a + length, b + length) == 0;
}

bool command_line_has(const struct names *words, const char *word) {
	for (size_t i = 0; i < words->count; i++) {
		if (command_line_same(words->names[i], word)) {
			return true;
		}
	}
	return false;
}

const char *command_line_value(const struct names *words, const char *key) {
	for (size_t i = words->count; i > 0; i--) {
		const char *word = words->names[i - 1];
		size_t length;

		if (same_name(word, key, &length)) {
			return word[length] ? word + length + 1 : word + length;
		}
	}
	return NULL;
}
