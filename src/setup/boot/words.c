// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/words.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "inventory/boot/shell.h"
#include "setup/boot/span.h"

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

/* What the value has in it: an array's brackets are around that. */
static struct span find_value(const char *data, const struct shell_assignment *found) {
	size_t from = found->value_at, to = from + found->value_length;
	bool brackets = to - from >= 2 && data[from] == '(' && data[to - 1] == ')';

	return brackets ? (struct span){from + 1, to - 1} : (struct span){from, to};
}

/* Behind the last word of an array: a comment, and what only a shell could follow, is none. */
static int add_to_array(
	const char *data, size_t length, struct span in, const char *word, struct text *ret) {
	size_t end = in.to;

	while (end > in.from && (span_is_blank(data[end - 1]) || data[end - 1] == '\n')) {
		end--;
	}
	for (size_t i = end; i > in.from && data[i - 1] != '\n'; i--) {
		if (strchr("#$`\\(", data[i - 1])) {
			return -EINVAL;
		}
	}
	return insert(data, length, (struct piece){end, end == in.from ? "" : " ", word, ""}, ret);
}

static int add_to_shell(const struct word_place *place, const char *data, size_t length,
	const char *word, struct text *ret) {
	const char *variable = place->variable;
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
	in = find_value(data, &found);
	if (span_find_word(data, in, word, &at)) {
		return text_append(ret, data, length);
	}
	if (place->array && in.from > found.value_at) {
		return add_to_array(data, length, in, word, ret);
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

/* What is to come out, or to become another: where it is. 1: there; 0: not. */
struct removal {
	const char *word;
	const char *by; /* "": nothing comes in its place */
};

static int remove_from_shell(const char *variable, const char *data, size_t length,
	const struct removal *removal, struct span *ret) {
	struct shell_reader reader = {.data = data, .length = length};
	AUTO_TEXT struct text before = {0};
	struct shell_assignment found;
	struct span in;
	int r = text_add(&before, "%s=\"", variable);

	if (r < 0) {
		return r;
	}
	if (!*removal->by && find_line(data, length, before.data, removal->word, "\"", ret)) {
		return 1;
	}
	while (shell_assignment_next(&reader, &found)) {
		in = find_value(data, &found);
		if (shell_is(&reader, &found, variable) &&
			span_find_word(data, in, removal->word, ret)) {
			*ret = *removal->by ? *ret : span_widen(data, in.from, in.to, *ret);
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
	while (line.to > line.from && span_is_blank(data[line.to - 1])) {
		line.to--;
	}
	while (line.from < line.to && span_is_blank(data[line.from])) {
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
		(line->to - line->from > length && !span_is_blank(data[line->from + length]))) {
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
		if (span_find_word(data, line, word, &found)) {
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
	const struct removal *removal, struct span *ret) {
	if (form == FORM_ENTRIES && !*removal->by &&
		find_line(data, length, "options ", removal->word, "", ret)) {
		return 1;
	}
	for (size_t at = 0; at < length;) {
		struct span line = take_line(data, length, &at);

		if (has_words(form, data, &line) &&
			span_find_word(data, line, removal->word, ret)) {
			size_t from = form == FORM_WORDS && line.from == ret->from ? line.from : 0;

			*ret = *removal->by ? *ret : span_widen(data, from, length, *ret);
			return 1;
		}
	}
	return 0;
}

static int add_somewhere(const struct word_place *place, const char *data, size_t length,
	const char *word, struct text *ret) {
	switch (place->form) {
	case FORM_SHELL:
		return add_to_shell(place, data, length, word, ret);
	case FORM_WORDS:
	case FORM_ENTRIES:
		return add_to_lines(place->form, data, length, word, ret);
	case FORM_NONE:
	case FORM_DROP_INS:
	case FORM_LINES:
		break;
	}
	return -EINVAL;
}

static int remove_one(const struct word_place *place, const struct text *text,
	const struct removal *removal, struct span *ret) {
	return place->form == FORM_SHELL
		       ? remove_from_shell(place->variable, text->data, text->length, removal, ret)
		       : remove_from_lines(place->form, text->data, text->length, removal, ret);
}

static int remove_all(const struct word_place *place, const char *data, size_t length,
	const struct removal *removal, struct text *ret) {
	AUTO_TEXT struct text text = {0};
	struct span span;
	int r = text_append(&text, data, length);

	if (r == 0 && (!word_is_plain(removal->word) || memchr(data, '\0', length))) {
		return -EINVAL;
	}
	while (r == 0 && (r = remove_one(place, &text, removal, &span)) == 1) {
		struct text shorter = {0};

		r = span_replace(text.data, text.length, span, removal->by, &shorter);
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

int word_remove(const struct word_place *place, const char *data, size_t length, const char *word,
	struct text *ret) {
	const struct removal removal = {word, ""};

	return remove_all(place, data, length, &removal, ret);
}

int word_replace(const struct word_place *place, const struct text *text, const char *word,
	const char *by, struct text *ret) {
	const struct removal removal = {word, by};

	return strcmp(word, by) == 0 || (*by && !word_is_plain(by))
		       ? -EINVAL
		       : remove_all(place, text->data, text->length, &removal, ret);
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
	in = find_value(text->data, &found);
	return span_find_word(text->data, in, word, &in);
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
