// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/keep.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "capture/blank.h"
#include "host/driver/taking.h"

/* Calls look with each line, without its newline, and adds what it adds. */
static int each_line(const struct keeping *keeping, struct text *ret,
	int (*look)(const struct keeping *keeping, const char *line, struct text *ret)) {
	AUTO_FREE char *copy = strdup(keeping->data);
	char *rest = copy, *line;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (line = strsep(&rest, "\n")) && (rest || *line)) {
		r = look(keeping, line, ret);
	}
	return r;
}

/*
 * A word is a whole key, before '=', ':' or a blank; but a beginning if it ends with '*', or with
 * anything that is not of a key. "~-flags" is the end of a key.
 */
static bool begins_with(const char *line, const char *word, size_t length) {
	size_t key = strcspn(line, "=");
	char last = word[length - 1];

	if (*word == '~') {
		return key >= length - 1 &&
		       strncmp(line + key - (length - 1), word + 1, length - 1) == 0;
	}
	if (last == '*') {
		return strncmp(line, word, length - 1) == 0;
	}
	return strncmp(line, word, length) == 0 &&
	       (!isalnum((unsigned char)last) || strchr("=: \t", line[length]));
}

static bool has_word(const char *line, const char *words) {
	while (*words) {
		size_t length = strcspn(words, "|");

		if (begins_with(line, words, length)) {
			return true;
		}
		words += length + (words[length] == '|');
	}
	return false;
}

static int look_at_start(const struct keeping *keeping, const char *line, struct text *ret) {
	return has_word(line, keeping->words) ? text_add(ret, "%s\n", line) : 0;
}

int keep_starts(const struct keeping *keeping, struct text *ret) {
	return each_line(keeping, ret, look_at_start);
}

static int look_at_other(const struct keeping *keeping, const char *line, struct text *ret) {
	return text_add(ret, "%s\n", has_word(line, keeping->words) ? "" : line);
}

int keep_but_starts(const struct keeping *keeping, struct text *ret) {
	return each_line(keeping, ret, look_at_other);
}

static bool contains_word(const char *line, const char *words) {
	while (*words) {
		size_t length = strcspn(words, "|");

		if (memmem(line, strlen(line), words, length)) {
			return true;
		}
		words += length + (words[length] == '|');
	}
	return false;
}

static int look_at_script(const struct keeping *keeping, const char *line, struct text *ret) {
	bool wanted = taking_word(line, strlen(line)) || taking_gives_ids(line) ||
		      contains_word(line, keeping->words);
	int r;

	if (!wanted) {
		return text_add(ret, "\n");
	}
	r = blank_secrets(line, strlen(line), false, ret);
	return r < 0 ? r : text_add(ret, "\n");
}

/* What hands over devices itself, and for that matter gives ids: the rest is somebody's own. */
int keep_script(const struct keeping *keeping, struct text *ret) {
	int r = each_line(keeping, ret, look_at_script);

	while (r == 0 && ret->length > 1 && ret->data[ret->length - 1] == '\n' &&
		ret->data[ret->length - 2] == '\n') {
		ret->data[--ret->length] = '\0';
	}
	return r;
}

/* Of the first processor: all others say the same. */
int keep_first_block(const struct keeping *keeping, struct text *ret) {
	const char *end = strstr(keeping->data, "\n\n");

	return text_append(
		ret, keeping->data, end ? (size_t)(end - keeping->data) + 1 : keeping->length);
}

/* "LVM-" of "LVM-Kx3...": whose a volume is, without its id. */
int keep_kind(const struct keeping *keeping, struct text *ret) {
	size_t length = strcspn(keeping->data, "-");

	return text_add(
		ret, "%.*s%s\n", (int)length, keeping->data, keeping->data[length] ? "-" : "");
}

/* A loop's disk, but no file of anybody's. */
int keep_node(const struct keeping *keeping, struct text *ret) {
	return text_starts(keeping->data, "/dev/")
		       ? text_append(ret, keeping->data, keeping->length)
		       : text_add(ret, "/file\n");
}
