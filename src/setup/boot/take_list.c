// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/take_out.h"

#include <errno.h>
#include <string.h>

#include "inventory/boot/shell.h"
#include "setup/boot/span.h"

/* The assignment of the variable that begins in that line. */
static int find_assignment(
	const struct take_place *place, const char *variable, struct shell_assignment *ret) {
	struct shell_reader reader = {.data = place->data, .length = place->length};
	struct shell_assignment found = {0};
	bool there = false;

	while (shell_assignment_next(&reader, &found)) {
		if (found.line == place->line.number && shell_is(&reader, &found, variable)) {
			/* Two in one line cannot be told apart. */
			if (there) {
				return -EINVAL;
			}
			*ret = found;
			there = true;
		}
	}
	return there && !reader.confused ? 0 : -EINVAL;
}

/* (A backslash is there only in front of a newline: find_list sees to it.) */
static bool is_between(char c) {
	return span_is_blank(c) || c == '\n' || c == '\\';
}

static bool is_listed(const struct names *words, const char *data, size_t length) {
	for (size_t i = 0; i < words->count; i++) {
		if (strlen(words->names[i]) == length &&
			memcmp(words->names[i], data, length) == 0) {
			return true;
		}
	}
	return false;
}

/* Where the value's words are: within its brackets or its quotes, or it is but one word. */
struct list {
	const char *data;
	struct span in;
	bool array;
};

static int find_list(const char *data, const struct shell_assignment *found, struct list *ret) {
	size_t from = found->value_at, to = from + found->value_length;
	char first = to > from ? data[from] : '\0', last = to > from ? data[to - 1] : '\0';
	bool brackets = first == '(' && last == ')';
	bool quotes = (first == '"' || first == '\'') && last == first;

	*ret = (struct list){data, {from, to}, brackets};
	if (brackets || quotes) {
		if (to - from < 2) {
			return -EINVAL;
		}
		ret->in = (struct span){from + 1, to - 1};
	}
	for (size_t i = ret->in.from; i < ret->in.to; i++) {
		/* What only a shell could follow; and quotes that are not around a word of an
		 * array. */
		if (strchr("`$(){}", data[i]) || (!brackets && strchr("\"'", data[i])) ||
			(data[i] == '\\' && (i + 1 == ret->in.to || data[i + 1] != '\n'))) {
			return -EINVAL;
		}
	}
	return 0;
}

/* A word with what would be too much without it: a blank, or its whole line. first: nothing that
 * stays is in front of it. */
static struct span widen(const struct list *list, struct span word, bool first) {
	const char *data = list->data;
	size_t from = word.from, to = word.to;

	while (from > list->in.from && span_is_blank(data[from - 1])) {
		from--;
	}
	while (to < list->in.to && span_is_blank(data[to])) {
		to++;
	}
	if (from > list->in.from && to < list->in.to && data[from - 1] == '\n' &&
		strchr("\\\n", data[to])) {
		return (struct span){from, to + 1 + (data[to] == '\\')}; /* the line is its own */
	}
	if (first || data[from - 1] == '\n') {
		bool more = to == list->in.to || !is_between(data[to]);

		return (struct span){word.from, more ? to : word.to};
	}
	return (struct span){from, word.to};
}

/* The next word at or after *at, comments aside; false: there is none any more. */
static bool next_word(const struct list *list, size_t *at, struct span *ret) {
	const char *data = list->data;

	while (*at < list->in.to && (is_between(data[*at]) || (list->array && data[*at] == '#'))) {
		if (data[*at] == '#') {
			while (*at < list->in.to && data[*at] != '\n') {
				++*at;
			}
		} else {
			++*at;
		}
	}
	ret->from = *at;
	while (*at < list->in.to && !is_between(data[*at])) {
		++*at;
	}
	ret->to = *at;
	return ret->to > ret->from;
}

/* Without the quotes that an array's word may have. */
static struct span unquote(const struct list *list, struct span word) {
	char quote = list->data[word.from];

	return list->array && word.to - word.from >= 2 && (quote == '"' || quote == '\'') &&
			       list->data[word.to - 1] == quote
		       ? (struct span){word.from + 1, word.to - 1}
		       : word;
}

/* *ret_left: how many words the list has then. How many went, or -errno. */
static int filter(const struct list *list, size_t length, const struct names *words,
	size_t *ret_left, struct text *ret) {
	size_t at = list->in.from, done = 0;
	struct span word;
	int r = 0, count = 0;

	*ret_left = 0;
	while (r == 0 && next_word(list, &at, &word)) {
		struct span bare = unquote(list, word);

		/* Part of a word that has blanks. */
		if (memchr(list->data + bare.from, '"', bare.to - bare.from) ||
			memchr(list->data + bare.from, '\'', bare.to - bare.from)) {
			return -EINVAL;
		}
		if (!is_listed(words, list->data + bare.from, bare.to - bare.from)) {
			++*ret_left;
			continue;
		}
		word = widen(list, word, *ret_left == 0);
		if (word.from > done) {
			r = text_append(ret, list->data + done, word.from - done);
		}
		done = word.to;
		count++;
	}
	r = r < 0 ? r : text_append(ret, list->data + done, length - done);
	return r < 0 ? r : count;
}

/* NAME+="" says nothing: the line goes, if nothing else is in it, and no "then" needs one. */
static bool find_whole(
	const struct take_place *place, const struct shell_assignment *found, struct span *ret) {
	size_t from = found->name_at, to = found->value_at + found->value_length;

	while (from > 0 && span_is_blank(place->data[from - 1])) {
		from--;
	}
	while (to < place->length && span_is_blank(place->data[to])) {
		to++;
	}
	*ret = (struct span){from, to + (to < place->length)};
	return found->append && found->certain && (from == 0 || place->data[from - 1] == '\n') &&
	       (to == place->length || place->data[to] == '\n');
}

int take_from_list(const struct take_place *place, const char *variable, const struct names *words,
	struct text *ret) {
	AUTO_TEXT struct text rest = {0};
	struct shell_assignment found = {0};
	struct list list;
	struct span whole;
	size_t left;
	int r = memchr(place->data, '\0', place->length) ? -EINVAL
							 : find_assignment(place, variable, &found);

	r = r < 0 ? r : find_list(place->data, &found, &list);
	r = r < 0 ? r : filter(&list, place->length, words, &left, &rest);
	if (r <= 0) {
		return r < 0 ? r : -EINVAL;
	}
	if (left == 0 && find_whole(place, &found, &whole)) {
		return span_replace(place->data, place->length, whole, "", ret);
	}
	*ret = rest;
	rest = (struct text){0};
	return 0;
}
