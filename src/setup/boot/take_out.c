// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/take_out.h"

#include <errno.h>
#include <string.h>

#include "setup/boot/span.h"

#define WORDS_MAX 256

/* The words of a line, and which of them go. */
struct line_words {
	const char *data;
	struct span in;
	struct span words[WORDS_MAX];
	bool goes[WORDS_MAX];
	size_t count, gone;
};

static bool is_between(char c) {
	return span_is_blank(c) || c == '\n';
}

/* A backslash in front of a newline is between words, too. */
static bool splits(const char *data, size_t at, size_t to) {
	return is_between(data[at]) || (data[at] == '\\' && at + 1 < to && data[at + 1] == '\n');
}

/* False: there are too many. */
static bool split(const char *data, struct span in, struct line_words *ret) {
	*ret = (struct line_words){.data = data, .in = in};
	for (size_t at = in.from; at < in.to;) {
		size_t from = at;

		if (splits(data, at, in.to)) {
			at++;
			continue;
		}
		while (at < in.to && !splits(data, at, in.to)) {
			at++;
		}
		if (ret->count == WORDS_MAX) {
			return false;
		}
		ret->words[ret->count++] = (struct span){from, at};
	}
	return true;
}

static bool word_starts(const struct line_words *line, size_t index, const char *prefix) {
	struct span word = line->words[index];

	return word.to - word.from >= strlen(prefix) &&
	       memcmp(line->data + word.from, prefix, strlen(prefix)) == 0;
}

static bool word_is(const struct line_words *line, size_t index, const char *text) {
	return line->words[index].to - line->words[index].from == strlen(text) &&
	       word_starts(line, index, text);
}

static void drop(struct line_words *line, size_t index) {
	line->gone += !line->goes[index];
	line->goes[index] = true;
}

/* Everything but the words that go, each with the blanks in front of it. */
static int keep_rest(const struct line_words *line, size_t length, struct text *ret) {
	size_t at = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < line->count; i++) {
		size_t from = line->words[i].from;

		if (!line->goes[i]) {
			continue;
		}
		while (from > line->in.from && span_is_blank(line->data[from - 1])) {
			from--;
		}
		r = text_append(ret, line->data + at, from - at);
		at = line->words[i].to;
	}
	return r < 0 ? r : text_append(ret, line->data + at, length - at);
}

static bool has(const struct names *names, const char *data, size_t length) {
	for (size_t i = 0; i < names->count; i++) {
		if (strlen(names->names[i]) == length &&
			memcmp(names->names[i], data, length) == 0) {
			return true;
		}
	}
	return false;
}

static int find(const struct take_place *place, struct line_place *ret) {
	return line_find(place->data, place->length, &place->line, place->wrapped, ret) &&
			       (!place->single || ret->count == 1)
		       ? 0
		       : -EINVAL;
}

static int cut(const struct take_place *place, const struct line_place *line, struct text *ret) {
	const struct span span = {line->from, line->to};

	return span_replace(place->data, place->length, span, "", ret);
}

int take_line(const struct take_place *place, struct text *ret) {
	struct line_place line;
	int r = find(place, &line);

	return r < 0 ? r : cut(place, &line, ret);
}

/* The list without those, each with the separators in front of it: how many there were of them. */
static int filter(const char *list, size_t length, const char *separators,
	const struct names *words, struct text *ret) {
	int r = text_append(ret, "", 0), count = 0;

	for (size_t at = 0; r == 0 && at < length;) {
		size_t from = at, n = 0;

		while (at < length && strchr(separators, list[at])) {
			at++;
		}
		while (at + n < length && !strchr(separators, list[at + n])) {
			n++;
		}
		if (n > 0 && has(words, list + at, n)) {
			count++;
		} else {
			from = ret->length ? from : at;
			r = text_append(ret, list + from, at + n - from);
		}
		at += n;
	}
	return r < 0 ? r : count;
}

/* ids=a,b or ids="a,b": what is in the quotes, if there are any; false: one of them is alone. */
static bool find_list(const char *data, struct span word, struct span *ret) {
	struct span list = {word.from + strlen("ids="), word.to};
	bool opens = list.from < list.to && data[list.from] == '"';
	bool closes = list.to > list.from + opens && data[list.to - 1] == '"';

	*ret = (struct span){list.from + opens, list.to - closes};
	return opens == closes && !memchr(data + ret->from, '"', ret->to - ret->from);
}

/* The one word that has the ids; 0: there is none, or more than one. */
static size_t find_ids(const struct line_words *line) {
	size_t found = 0;

	for (size_t i = 2; i < line->count; i++) {
		if (word_starts(line, i, "ids=")) {
			if (found) {
				return 0;
			}
			found = i;
		}
	}
	return found;
}

/* Without the words that go; without all that it says, the line goes, too. */
static int keep_words(const struct line_words *line, const struct take_place *place,
	const struct line_place *at, struct text *ret) {
	return line->gone + 2 == line->count ? cut(place, at, ret)
					     : keep_rest(line, place->length, ret);
}

int take_ids(const struct take_place *place, const struct names *ids, struct text *ret) {
	AUTO_TEXT struct text kept = {0};
	struct line_place at;
	struct line_words line;
	struct span list;
	size_t word;
	int r = find(place, &at);

	if (r < 0 || !split(place->data, (struct span){at.from, at.to}, &line) ||
		!(word = find_ids(&line)) || !find_list(place->data, line.words[word], &list)) {
		return -EINVAL;
	}
	r = filter(place->data + list.from, list.to - list.from, ",", ids, &kept);
	if (r <= 0) {
		return r < 0 ? r : -EINVAL;
	}
	if (kept.length > 0) {
		return span_replace(place->data, place->length, list, kept.data, ret);
	}
	drop(&line, word);
	return keep_words(&line, place, &at, ret);
}

int take_parameters(const struct take_place *place, const struct names *words, struct text *ret) {
	struct line_place at;
	struct line_words line;
	int r = find(place, &at);

	if (r < 0 || !split(place->data, (struct span){at.from, at.to}, &line) || line.count < 2) {
		return -EINVAL;
	}
	for (size_t i = 2; i < line.count; i++) {
		if (has(words, line.data + line.words[i].from,
			    line.words[i].to - line.words[i].from)) {
			drop(&line, i);
		}
	}
	return line.gone == 0 ? -EINVAL : keep_words(&line, place, &at, ret);
}

/* "pre:" goes when nothing is left behind it. */
static void drop_section(struct line_words *line, size_t section, size_t end) {
	for (size_t i = section + 1; i < end; i++) {
		if (!line->goes[i]) {
			return;
		}
	}
	drop(line, section);
}

int take_softdep(const struct take_place *place, struct text *ret) {
	struct line_place at;
	struct line_words line;
	size_t section = 0;
	int r = find(place, &at);

	if (r < 0 || !split(place->data, (struct span){at.from, at.to}, &line) || line.count < 2) {
		return -EINVAL;
	}
	for (size_t i = 2; i <= line.count; i++) {
		bool begins =
			i == line.count || word_is(&line, i, "pre:") || word_is(&line, i, "post:");

		if (begins && section > 0 && word_is(&line, section, "pre:") && line.goes[i - 1]) {
			drop_section(&line, section, i);
		}
		if (begins) {
			section = i;
		} else if (section > 0 && word_is(&line, section, "pre:") &&
			   word_starts(&line, i, "vfio")) {
			drop(&line, i);
		}
	}
	return line.gone == 0 ? -EINVAL : keep_words(&line, place, &at, ret);
}

/* What stands behind the colon, in quotes or not; a comment ends it. */
static bool find_value(const char *data, const struct line_place *line, struct span *ret) {
	const char *colon = memchr(data + line->from, ':', line->to - line->from);
	struct span value = {line->from, line->from};
	char quote;

	if (!colon) {
		return false;
	}
	value.from = (size_t)(colon - data) + 1;
	while (value.from < line->to && span_is_blank(data[value.from])) {
		value.from++;
	}
	for (value.to = value.from; value.to < line->to && data[value.to] != '\n'; value.to++) {
		if (data[value.to] == '#' && span_is_blank(data[value.to - 1])) {
			break;
		}
	}
	while (value.to > value.from && span_is_blank(data[value.to - 1])) {
		value.to--;
	}
	quote = value.to > value.from ? data[value.from] : '\0';
	if (quote == '"' || quote == '\'') {
		if (value.to - value.from < 2 || data[value.to - 1] != quote) {
			return false;
		}
		value = (struct span){value.from + 1, value.to - 1};
	}
	*ret = value;
	return true;
}

int take_from_yaml(const struct take_place *place, const struct names *words, struct text *ret) {
	AUTO_TEXT struct text kept = {0};
	struct line_place line;
	struct span value;
	int r = find(place, &line);

	if (r < 0 || !find_value(place->data, &line, &value)) {
		return -EINVAL;
	}
	r = filter(place->data + value.from, value.to - value.from, ", \t", words, &kept);
	if (r <= 0) {
		return r < 0 ? r : -EINVAL;
	}
	return kept.length == 0 ? cut(place, &line, ret)
				: span_replace(place->data, place->length, value, kept.data, ret);
}
