// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/words.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "inventory/boot/shell.h"

/* A part of the text: from one byte up to another. */
struct span {
	size_t from, to;
};

bool word_is_plain(const char *word) {
	if (!isalnum((unsigned char)*word)) {
		return false;
	}
	for (; *word; word++) {
		if (!isalnum((unsigned char)*word) && !strchr("_.,:=/@+-", *word)) {
			return false;
		}
	}
	return true;
}

static bool ends_word(char c) {
	return !c || strchr(" \t\r\n\"'\\", c);
}

/* Where the word stands within the span, as a whole; false: nowhere. */
static bool find_word(const char *data, struct span in, const char *word, struct span *ret) {
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

static bool is_blank(char c) {
	return c == ' ' || c == '\t' || c == '\r';
}

/* Appends data with the span replaced. */
static int replace(
	const char *data, size_t length, struct span span, const char *by, struct text *ret) {
	int r = text_append(ret, data, span.from);

	r = r < 0 ? r : text_append(ret, by, strlen(by));
	return r < 0 ? r : text_append(ret, data + span.to, length - span.to);
}

/* What comes in at one place: the word, and what it needs around it. */
struct piece {
	size_t at;
	const char *before, *word, *after;
};

static int insert(const char *data, size_t length, struct piece piece, struct text *ret) {
	int r = text_append(ret, data, piece.at);

	r = r < 0 ? r : text_add(ret, "%s%s%s", piece.before, piece.word, piece.after);
	return r < 0 ? r : text_append(ret, data + piece.at, length - piece.at);
}

/* Adds a line at the end, below a mark by which it is found again. */
static int add_line(const char *data, size_t length, const char *before, const char *word,
	const char *after, struct text *ret) {
	bool ended = length == 0 || data[length - 1] == '\n';
	size_t last = length - (length > 0 && ended);
	int r = last > 0 && data[last - 1] == '\\' ? -EINVAL : text_append(ret, data, length);

	/* (After a backslash the line would belong to the last one.) */
	r = r < 0 ? r
		  : text_add(ret, "%s" WORD_MARK "\n%s%s%s%s", ended ? "" : "\n", before, word,
			    after, ended ? "\n" : "");
	return r;
}

/* Takes such a line away, if nothing else has come into it. */
static bool find_line(const char *data, size_t length, const char *before, const char *word,
	const char *after, struct span *ret) {
	AUTO_TEXT struct text line = {0};
	const char *found;

	if (text_add(&line, WORD_MARK "\n%s%s%s", before, word, after) < 0) {
		return false;
	}
	found = memmem(data, length, line.data, line.length);
	if (!found) {
		return false;
	}
	*ret = (struct span){(size_t)(found - data), (size_t)(found - data) + line.length};
	if (ret->from > 0 && data[ret->from - 1] != '\n') {
		return false;
	}
	if (ret->to == length) {
		ret->from -= ret->from > 0;
		return true;
	}
	ret->to++;
	return data[ret->to - 1] == '\n';
}

/* The last assignment of the variable that is always carried out; -ENOENT, -EINVAL. */
static int find_assignment(
	const char *variable, const char *data, size_t length, struct shell_assignment *ret) {
	struct shell_reader reader = {.data = data, .length = length};
	struct shell_assignment found;
	int r = -ENOENT;

	while (shell_assignment_next(&reader, &found)) {
		if (shell_is(&reader, &found, variable)) {
			*ret = found;
			r = found.certain ? 0 : -EINVAL;
		}
	}
	return r < 0 && reader.confused ? -EINVAL : r;
}

/* Where in the value a word can be added: within its quotes, if it has but two. */
static bool find_quotes(const char *value, size_t length, struct span *ret) {
	char quote = length >= 2 ? *value : '\0';

	if ((quote != '"' && quote != '\'') || value[length - 1] != quote) {
		return false;
	}
	for (size_t i = 1; i + 1 < length; i++) {
		if (value[i] == quote || value[i] == '\\' || value[i] == '`') {
			return false;
		}
	}
	*ret = (struct span){1, length - 1};
	return true;
}

static int add_to_shell(
	const char *variable, const char *data, size_t length, const char *word, struct text *ret) {
	struct shell_assignment found = {0};
	AUTO_TEXT struct text before = {0};
	struct span in = {0}, at;
	int r = find_assignment(variable, data, length, &found);

	if (r == -ENOENT) {
		r = text_add(&before, "%s=\"", variable);
		return r < 0 ? r : add_line(data, length, before.data, word, "\"", ret);
	}
	if (r < 0) {
		return r;
	}
	in = (struct span){found.value_at, found.value_at + found.value_length};
	if (find_word(data, in, word, &at)) {
		return text_append(ret, data, length);
	}
	if (found.value_length == 0) {
		return insert(data, length, (struct piece){in.from, "", word, ""}, ret);
	}
	if (find_quotes(data + found.value_at, found.value_length, &in)) {
		return insert(data, length,
			(struct piece){
				found.value_at + in.to, in.from == in.to ? "" : " ", word, ""},
			ret);
	}
	return data[found.value_at] == '('
		       ? -EINVAL
		       : insert(data, length,
				 (struct piece){
					 found.value_at + found.value_length, "\" ", word, "\""},
				 ret);
}

/* What adding has put around the word. */
static struct span widen(const char *data, size_t from, size_t to, struct span word) {
	bool closed = word.to < to && data[word.to] == '"';
	size_t next = word.to;

	if (word.from >= from + 2 && data[word.from - 1] == ' ' && data[word.from - 2] == '"' &&
		closed && word.from - 2 > from && word.to + 1 == to) {
		return (struct span){word.from - 2, word.to + 1}; /* value" word" */
	}
	if (word.from > from && is_blank(data[word.from - 1])) {
		return (struct span){word.from - 1, word.to};
	}
	/* The first of several. */
	while (next < to && is_blank(data[next])) {
		next++;
	}
	word.to += next > word.to && next < to && !ends_word(data[next]);
	return word;
}

static int remove_from_shell(
	const char *variable, const char *data, size_t length, const char *word, struct span *ret) {
	struct shell_reader reader = {.data = data, .length = length};
	AUTO_TEXT struct text before = {0};
	struct shell_assignment found;
	struct span in;
	int r = text_add(&before, "%s=\"", variable);

	if (r < 0) {
		return r;
	}
	if (find_line(data, length, before.data, word, "\"", ret)) {
		return 1;
	}
	while (shell_assignment_next(&reader, &found)) {
		in = (struct span){found.value_at, found.value_at + found.value_length};
		if (shell_is(&reader, &found, variable) && find_word(data, in, word, ret)) {
			*ret = widen(data, in.from, in.to, *ret);
			return 1;
		}
	}
	return 0;
}

/* The line that begins here, without its end and the blanks in front of that. */
static struct span take_line(const char *data, size_t length, size_t *at) {
	const char *end = memchr(data + *at, '\n', length - *at);
	struct span line = {*at, end ? (size_t)(end - data) : length};

	*at = line.to + (end != NULL);
	while (line.to > line.from && is_blank(data[line.to - 1])) {
		line.to--;
	}
	while (line.from < line.to && is_blank(data[line.from])) {
		line.from++;
	}
	return line;
}

/* Is it a line of words? Then what is left of it are these. */
static bool has_words(enum loader_form form, const char *data, struct span *line) {
	static const char key[] = "options";
	size_t length = strlen(key);

	if (form == FORM_WORDS) {
		return line->from < line->to && data[line->from] != '#';
	}
	if (line->to - line->from < length || memcmp(data + line->from, key, length) != 0 ||
		(line->to - line->from > length && !is_blank(data[line->from + length]))) {
		return false;
	}
	line->from += length;
	return true;
}

static int add_to_lines(enum loader_form form, const char *data, size_t length, const char *word,
	struct text *ret) {
	struct span last = {0}, found;
	bool any = false;

	for (size_t at = 0; at < length;) {
		struct span line = take_line(data, length, &at);

		if (!has_words(form, data, &line)) {
			continue;
		}
		if (find_word(data, line, word, &found)) {
			return text_append(ret, data, length);
		}
		last = line;
		any = true;
	}
	if (any) {
		return insert(data, length, (struct piece){last.to, " ", word, ""}, ret);
	}
	if (form == FORM_ENTRIES) {
		return add_line(data, length, "options ", word, "", ret);
	}
	/* Below comments, if there are such: kernel-install knows none, and what is there stays. */
	for (size_t i = 0; i < length; i++) {
		if (data[i] == '#') {
			return -EINVAL;
		}
	}
	return insert(data, length, (struct piece){0, "", word, ""}, ret);
}

static int remove_from_lines(enum loader_form form, const char *data, size_t length,
	const char *word, struct span *ret) {
	if (form == FORM_ENTRIES && find_line(data, length, "options ", word, "", ret)) {
		return 1;
	}
	for (size_t at = 0; at < length;) {
		struct span line = take_line(data, length, &at);

		if (has_words(form, data, &line) && find_word(data, line, word, ret)) {
			size_t from = form == FORM_WORDS && line.from == ret->from ? line.from : 0;

			*ret = widen(data, from, length, *ret);
			return 1;
		}
	}
	return 0;
}

static int add_somewhere(const struct word_place *place, const char *data, size_t length,
	const char *word, struct text *ret) {
	switch (place->form) {
	case FORM_SHELL:
		return add_to_shell(place->variable, data, length, word, ret);
	case FORM_WORDS:
	case FORM_ENTRIES:
		return add_to_lines(place->form, data, length, word, ret);
	case FORM_NONE:
	case FORM_DROP_INS:
		break;
	}
	return -EINVAL;
}

static int remove_one(const struct word_place *place, const struct text *text, const char *word,
	struct span *ret) {
	return place->form == FORM_SHELL
		       ? remove_from_shell(place->variable, text->data, text->length, word, ret)
		       : remove_from_lines(place->form, text->data, text->length, word, ret);
}

int word_remove(const struct word_place *place, const char *data, size_t length, const char *word,
	struct text *ret) {
	AUTO_TEXT struct text text = {0};
	struct span span;
	int r = text_append(&text, data, length);

	if (r == 0 && (!word_is_plain(word) || memchr(data, '\0', length))) {
		return -EINVAL;
	}
	while (r == 0 && (r = remove_one(place, &text, word, &span)) == 1) {
		struct text shorter = {0};

		r = replace(text.data, text.length, span, "", &shorter);
		text_free(&text);
		text = shorter;
	}
	if (r < 0) {
		return r;
	}
	*ret = text;
	text = (struct text){0};
	return 0;
}

/* Does the file set it now, whatever else stands in it? */
static bool is_set(const struct word_place *place, const struct text *text, const char *word) {
	struct shell_assignment found;
	struct span in;

	if (place->form != FORM_SHELL) {
		return true;
	}
	if (find_assignment(place->variable, text->data, text->length, &found) < 0) {
		return false;
	}
	in = (struct span){found.value_at, found.value_at + found.value_length};
	return find_word(text->data, in, word, &in);
}

/*
 * What is at the end of a file may swallow what comes behind it, and the word may stand elsewhere,
 * too: then it would not come off again as it came on.
 */
static int check(const struct word_place *place, const struct text *before,
	const struct text *after, const char *word) {
	AUTO_TEXT struct text home = {0};
	int r = word_remove(place, after->data, after->length, word, &home);

	if (r < 0) {
		return r;
	}
	return is_set(place, after, word) && home.length == before->length &&
			       memcmp(home.data, before->data, home.length) == 0
		       ? 0
		       : -EINVAL;
}

int word_add(const struct word_place *place, const char *data, size_t length, const char *word,
	struct text *ret) {
	AUTO_TEXT struct text before = {0}, after = {0};
	int r = text_append(&before, data, length);

	r = r < 0 ? r : text_append(&after, "", 0);
	if (r == 0 && (!word_is_plain(word) || memchr(before.data, '\0', length))) {
		return -EINVAL;
	}
	r = r < 0 ? r : add_somewhere(place, before.data, length, word, &after);
	if (r == 0 && after.length != length) {
		r = check(place, &before, &after, word);
	}
	if (r < 0) {
		return r;
	}
	*ret = after;
	after = (struct text){0};
	return 0;
}
