// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/unit.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "request/line.h"
#include "request/qemu/option.h"

#define KEY "ExecStart"

/* Joins a line that ends with a backslash with the next one, as a blank. */
static int join(struct lines *lines, struct line *line, struct text *ret) {
	int r;

	ret->length = 0;
	for (;;) {
		bool more;

		line_trim_end(line);
		more = line->length > 0 && line->text[line->length - 1] == '\\';
		r = text_append(ret, line->text, line->length - more);
		r = r < 0 || !more ? r : text_add(ret, " ");
		if (r < 0 || !more || !line_next(lines, line)) {
			return r;
		}
		line_trim(line);
		/* Comments may stand within. */
		while (line->length > 0 && strchr("#;", line->text[0])) {
			if (!line_next(lines, line)) {
				return 0;
			}
			line_trim(line);
		}
	}
}

static int hex(char c) {
	if (isdigit((unsigned char)c)) {
		return c - '0';
	}
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What stands behind a backslash at *c. */
static int take_escape(const char **c, char *ret) {
	static const char from[] = "abfnrtv\\\"'s", to[] = "\a\b\f\n\r\t\v\\\"' ";
	const char *found = **c ? strchr(from, **c) : NULL;

	if (found) {
		*ret = to[found - from];
		++*c;
		return 0;
	}
	if (**c == 'x' && hex((*c)[1]) >= 0 && hex((*c)[2]) >= 0) {
		*ret = (char)(hex((*c)[1]) * 16 + hex((*c)[2]));
		*c += 3;
		return *ret ? 0 : -EINVAL;
	}
	return -EINVAL;
}

/* %% and %i; what else a specifier means is systemd's to know, and it stays as it is. */
static int take_specifier(const char **c, const char *instance, struct text *word) {
	char next = (*c)[1];

	if (next == '%') {
		*c += 2;
		return text_add(word, "%%");
	}
	if ((next == 'i' || next == 'I') && instance[0]) {
		*c += 2;
		return text_add(word, "%s", instance);
	}
	++*c;
	return text_add(word, "%%");
}

/* The next word off *c: 1, 0 at the end. */
static int take_word(const char **c, const char *instance, struct text *word) {
	char quote = '\0';
	int r = 0;

	*c += strspn(*c, " \t");
	word->length = 0;
	if (!**c) {
		return 0;
	}
	r = text_add(word, "%s", "");
	while (r == 0 && **c && (quote || !strchr(" \t", **c))) {
		char plain = **c;

		if (quote ? plain == quote : plain == '"' || plain == '\'') {
			quote = quote ? '\0' : plain;
			++*c;
			continue;
		}
		if (plain == '%') {
			r = take_specifier(c, instance, word);
			continue;
		}
		++*c;
		r = plain == '\\' ? take_escape(c, &plain) : 0;
		r = r < 0 ? r : text_append(word, &plain, 1);
	}
	return r < 0 || quote ? (r < 0 ? r : -EINVAL) : 1;
}

static int split(const char *line, const char *instance, struct names *ret) {
	AUTO_TEXT struct text word = {0};
	int r;

	while ((r = take_word(&line, instance, &word)) == 1) {
		const char *name = word.data;

		if (ret->count == 0) {
			name += strspn(name, "-@:+!|");
		}
		r = names_add(ret, name);
		if (r < 0) {
			return r;
		}
	}
	return r;
}

static bool is_called(const char *word, const char *name) {
	const char *slash = strrchr(word, '/');

	return strcmp(slash ? slash + 1 : word, name) == 0;
}

/* Where QEMU's words begin, behind "baton run" and its options; 0: nowhere. */
static size_t find_qemu(const struct names *words) {
	size_t i = 0;

	while (i + 1 < words->count &&
		!(is_called(words->names[i], "baton") && strcmp(words->names[i + 1], "run") == 0)) {
		i++;
	}
	for (i += 2; i < words->count && words->names[i][0] == '-'; i++) {
		if (strcmp(words->names[i], "--") == 0) {
			i++;
			break;
		}
		i += strcmp(words->names[i], "--guest") == 0;
	}
	return i < words->count ? i : 0;
}

static int take_qemu(const char *line, const char *instance, struct names *ret) {
	AUTO_NAMES struct names words = {0};
	int r = split(line, instance, &words);
	size_t i = r < 0 ? 0 : find_qemu(&words);

	if (r == 0 && i == 0) {
		return 0;
	}
	names_free(ret);
	for (; r == 0 && i < words.count; i++) {
		r = names_add(ret, words.names[i]);
	}
	return r;
}

int unit_qemu(const char *data, size_t length, const char *instance, struct names *ret,
	struct error *error) {
	struct lines lines = {.rest = data, .length = length};
	AUTO_TEXT struct text joined = {0};
	struct line line;

	while (line_next(&lines, &line)) {
		unsigned int number = line.number;
		const char *value;
		int r;

		line_trim(&line);
		if (line.length == 0 || strchr("#;", line.text[0])) {
			continue;
		}
		r = memchr(line.text, '\0', line.length) ? -EINVAL : join(&lines, &line, &joined);
		value = r == 0 && joined.data && text_starts(joined.data, KEY)
				? strchr(joined.data, '=')
				: NULL;
		if (value && strspn(joined.data + strlen(KEY), " \t=") > 0) {
			r = take_qemu(value + 1, instance, ret);
		}
		if (r < 0) {
			return error_set(error, r, "line %u: %s", number,
				r == -EINVAL ? "this is no command line of systemd's"
					     : strerror(-r));
		}
	}
	return ret->count > 0
		       ? 0
		       : error_set(error, -ENOENT, "no ExecStart= in it has `baton run QEMU ...`");
}

int unit_format(const struct names *words, struct text *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < words->count; i++) {
		const char *word = words->names[i];
		const char *option = word + strspn(word, "-");

		if (strchr(word, '\n')) {
			return -EINVAL;
		}
		r = text_add(ret, "%s", word);
		if (r == 0 && i > 0 && word[0] == '-' && qemu_option_takes_value(option) &&
			i + 1 < words->count) {
			r = strchr(words->names[++i], '\n') ? -EINVAL
							    : text_add(ret, " %s", words->names[i]);
		}
		r = r < 0 ? r : text_add(ret, "\n");
	}
	return r;
}

int unit_parse(const struct text *document, struct names *ret) {
	struct lines lines = {.rest = document->data, .length = document->length};
	struct line line;
	int r = 0;

	while (r == 0 && line_next(&lines, &line)) {
		const char *blank = memchr(line.text, ' ', line.length);
		AUTO_TEXT struct text first = {0}, second = {0};

		if (line.number == 1 || line.text[0] != '-') {
			blank = NULL;
		}
		r = text_append(
			&first, line.text, blank ? (size_t)(blank - line.text) : line.length);
		r = r < 0 ? r : names_add(ret, first.data);
		if (r == 0 && blank) {
			r = text_append(
				&second, blank + 1, line.length - (size_t)(blank + 1 - line.text));
			r = r < 0 ? r : names_add(ret, second.data);
		}
	}
	return r;
}
