// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/words.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

static const char blanks[] = " \t\n\v\f\r";

/* Takes what a backslash at *c makes: moves *c to its last byte. */
static int take_escape(const char **c, char quote, struct text *word) {
	bool literal = quote == '\'';

	if (!(*c)[1]) {
		return -EINVAL;
	}
	(*c)++;
	return text_append(word, *c - literal, 1 + (size_t)literal);
}

/* Takes the word at *rest and moves *rest behind it. -EINVAL: it has no end. */
static int take_word(const char **rest, struct text *word) {
	const char *c = *rest;
	char quote = '\0';

	for (; *c && (quote || !strchr(blanks, *c)); c++) {
		int r = 0;

		if (*c == '\\') {
			r = take_escape(&c, quote, word);
		} else if (*c == quote) {
			quote = '\0';
		} else if (!quote && (*c == '"' || *c == '\'')) {
			quote = *c;
		} else {
			r = text_append(word, c, 1);
		}
		if (r < 0) {
			return r;
		}
	}
	*rest = c;
	return quote ? -EINVAL : 0;
}

static int add_word(const char **rest, struct names *words, struct error *error) {
	AUTO_TEXT struct text word = {0};
	const char *start = *rest;
	int r;

	if (words->count == WORDS_MAX) {
		return error_set(error, -E2BIG, "there are more than %d words", WORDS_MAX);
	}
	r = take_word(rest, &word);
	if (r == -EINVAL) {
		return error_set(error, r,
			"a quote in %.80s is not closed, or a backslash is the last byte", start);
	}
	r = r < 0 ? r : names_add(words, word.data ? word.data : "");
	return r < 0 ? error_set(error, r, "no memory to split a text into words") : 0;
}

int words_split(const char *text, struct names *ret, struct error *error) {
	AUTO_NAMES struct names words = {0};
	const char *rest = text;

	if (strnlen(text, WORDS_LENGTH_MAX + 1) > WORDS_LENGTH_MAX) {
		return error_set(error, -E2BIG, "the words are longer than %zu KiB together",
			WORDS_LENGTH_MAX >> 10);
	}
	for (rest += strspn(rest, blanks); *rest; rest += strspn(rest, blanks)) {
		int r = add_word(&rest, &words, error);

		if (r < 0) {
			return r;
		}
	}
	*ret = words;
	words = (struct names){0};
	return 0;
}
