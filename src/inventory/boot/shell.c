// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/shell.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static bool is_name(char c, bool first) {
	return c == '_' || (first ? isalpha((unsigned char)c) : isalnum((unsigned char)c));
}

static char peek(const struct shell_reader *reader, size_t ahead) {
	return reader->at + ahead < reader->length ? reader->data[reader->at + ahead] : '\0';
}

static void step(struct shell_reader *reader) {
	reader->line += reader->data[reader->at] == '\n';
	reader->at++;
}

/* Up to behind the quote that ends what began here, or to the end of all. */
static void pass_quoted(struct shell_reader *reader, char quote) {
	step(reader);
	while (reader->at < reader->length && peek(reader, 0) != quote) {
		if (peek(reader, 0) == '\\' && quote == '"' && reader->at + 1 < reader->length) {
			step(reader);
		}
		step(reader);
	}
	if (reader->at < reader->length) {
		step(reader);
	} else {
		reader->confused = true;
	}
}

static bool ends_word(char c) {
	return !c || strchr(" \t\r\n;&|()<>", c);
}

static void pass_comment(struct shell_reader *reader) {
	while (reader->at < reader->length && peek(reader, 0) != '\n') {
		step(reader);
	}
}

/* What begins with a bracket here, "$(...)" or an array, up to its end; quotes in it aside. */
static void pass_brackets(struct shell_reader *reader) {
	unsigned int depth = 0;

	do {
		char c = peek(reader, 0);

		depth += c == '(';
		depth -= c == ')';
		if (c == '"' || c == '\'') {
			pass_quoted(reader, c);
		} else if (c == '#' && ends_word(reader->data[reader->at - 1])) {
			pass_comment(reader);
		} else {
			step(reader);
		}
	} while (depth > 0 && reader->at < reader->length);
	reader->confused |= depth > 0;
}

/* Up to the end of the word that began here. */
static void pass_word(struct shell_reader *reader) {
	while (reader->at < reader->length && !ends_word(peek(reader, 0))) {
		char c = peek(reader, 0);

		if (c == '"' || c == '\'' || c == '`') {
			pass_quoted(reader, c);
		} else if (c == '$' && peek(reader, 1) == '(') {
			step(reader);
			pass_brackets(reader);
		} else {
			if (c == '\\' && reader->at + 1 < reader->length) {
				step(reader);
			}
			step(reader);
		}
	}
}

/* NAME=, NAME[index]=, NAME+=: fills in what stands before the value. */
static bool take_name(struct shell_reader *reader, struct shell_assignment *ret) {
	size_t n = 0;

	if (!is_name(peek(reader, 0), true)) {
		return false;
	}
	while (is_name(peek(reader, n), n == 0)) {
		n++;
	}
	if (peek(reader, n) == '[') {
		while (peek(reader, n) && peek(reader, n) != ']' && peek(reader, n) != '\n') {
			n++;
		}
		n += peek(reader, n) == ']';
	}
	ret->name_at = reader->at;
	ret->name_length = n;
	ret->line = reader->line + 1;
	ret->append = peek(reader, n) == '+' && peek(reader, n + 1) == '=';
	n += ret->append;
	if (peek(reader, n) != '=') {
		return false;
	}
	reader->at += n + 1;
	return true;
}

/* What a word does to what comes after it. */
enum word {
	WORD_OPENS,
	WORD_CLOSES,
	WORD_BETWEEN, /* another command begins behind it */
	WORD_COMMAND,
	WORD_CONFUSES
};

static enum word judge(const char *word, size_t length) {
	static const struct {
		const char *word;
		enum word is;
	} words[] = {{"if", WORD_OPENS}, {"while", WORD_OPENS}, {"until", WORD_OPENS},
		{"{", WORD_OPENS}, {"for", WORD_OPENS}, {"fi", WORD_CLOSES}, {"done", WORD_CLOSES},
		{"}", WORD_CLOSES}, {"then", WORD_BETWEEN}, {"else", WORD_BETWEEN},
		{"elif", WORD_BETWEEN}, {"do", WORD_BETWEEN}, {"!", WORD_BETWEEN},
		{"export", WORD_BETWEEN}, {"readonly", WORD_BETWEEN}, {"local", WORD_BETWEEN},
		{"declare", WORD_BETWEEN}, {"case", WORD_CONFUSES}, {"return", WORD_CONFUSES},
		{"exit", WORD_CONFUSES}, {"unset", WORD_CONFUSES}};

	for (size_t i = 0; i < COUNT(words); i++) {
		if (strlen(words[i].word) == length && memcmp(words[i].word, word, length) == 0) {
			return words[i].is;
		}
	}
	return WORD_COMMAND;
}

/* Is it ". FILE" or "source FILE"? */
static bool is_source(const struct shell_reader *reader, size_t start, struct shell_source *ret) {
	static const char *const words[] = {".", "source"};
	size_t length = reader->at - start;

	for (size_t i = 0; i < COUNT(words); i++) {
		if (strlen(words[i]) == length &&
			memcmp(words[i], reader->data + start, length) == 0) {
			size_t end = reader->at;

			while (end < reader->length && !strchr("\r\n;&|)", reader->data[end])) {
				end++;
			}
			*ret = (struct shell_source){start, end - start, reader->line + 1};
			return true;
		}
	}
	return false;
}

/* Does it have another file read? */
static bool take_command_word(struct shell_reader *reader, struct shell_source *ret) {
	size_t start = reader->at;
	enum word is;

	pass_word(reader);
	is = judge(reader->data + start, reader->at - start);
	reader->depth += is == WORD_OPENS;
	reader->depth -= is == WORD_CLOSES && reader->depth > 0;
	reader->confused |= is == WORD_CONFUSES;
	reader->inside = is == WORD_COMMAND || is == WORD_CONFUSES;
	return is_source(reader, start, ret);
}

/* What is between words: what it means for the next. */
static void take_separator(struct shell_reader *reader) {
	char c = peek(reader, 0);

	if (c == '\n' || c == ';') {
		reader->inside = false;
	} else if (c == '&' || c == '|') {
		reader->inside = false;
		/* Whether what stands behind them is carried out depends on what stood before. */
		reader->confused |= peek(reader, 1) == c;
	} else if (c == '(') {
		reader->depth++;
	} else if (c == ')') {
		reader->depth -= reader->depth > 0;
		reader->inside = false; /* name() { */
	} else if (c == '<') {
		reader->confused |= peek(reader, 1) == '<';
	}
	step(reader);
}

/* Whether an assignment stands alone on its command, or is only for a program that follows. */
static bool stands_alone(const struct shell_reader *reader) {
	size_t at = reader->at;

	while (at < reader->length && strchr(" \t\r", reader->data[at]) && reader->data[at]) {
		at++;
	}
	return at == reader->length || strchr("\n;#", reader->data[at]);
}

static void take_value(struct shell_reader *reader, struct shell_assignment *ret) {
	ret->value_at = reader->at;
	if (peek(reader, 0) == '(') {
		pass_brackets(reader);
	} else {
		pass_word(reader);
	}
	ret->value_length = reader->at - ret->value_at;
	ret->certain = reader->depth == 0 && !reader->confused && stands_alone(reader);
}

/* What has been passed. */
enum passed {
	PASSED_END,
	PASSED_ANYTHING,
	PASSED_ASSIGNMENT,
	PASSED_SOURCE
};

static enum passed pass(struct shell_reader *reader, struct shell_assignment *assignment,
	struct shell_source *source) {
	char c = peek(reader, 0);

	if (reader->at >= reader->length) {
		return PASSED_END;
	}
	if (c == '#') {
		pass_comment(reader);
	} else if (ends_word(c)) {
		take_separator(reader);
	} else if (c == '\\' && peek(reader, 1) == '\n') {
		step(reader);
		step(reader);
	} else if (!reader->inside && take_name(reader, assignment)) {
		take_value(reader, assignment);
		return PASSED_ASSIGNMENT;
	} else if (!reader->inside) {
		return take_command_word(reader, source) ? PASSED_SOURCE : PASSED_ANYTHING;
	} else {
		pass_word(reader);
	}
	return PASSED_ANYTHING;
}

bool shell_assignment_next(struct shell_reader *reader, struct shell_assignment *ret) {
	struct shell_assignment found = {0};
	struct shell_source source;
	enum passed passed;

	do {
		passed = pass(reader, &found, &source);
	} while (passed != PASSED_END && passed != PASSED_ASSIGNMENT);
	if (passed == PASSED_ASSIGNMENT) {
		*ret = found;
	}
	return passed == PASSED_ASSIGNMENT;
}

bool shell_source_next(struct shell_reader *reader, struct shell_source *ret) {
	struct shell_assignment assignment = {0};
	struct shell_source found = {0};
	enum passed passed;

	do {
		passed = pass(reader, &assignment, &found);
	} while (passed != PASSED_END && passed != PASSED_SOURCE);
	if (passed == PASSED_SOURCE) {
		*ret = found;
	}
	return passed == PASSED_SOURCE;
}

bool shell_is(const struct shell_reader *reader, const struct shell_assignment *assignment,
	const char *name) {
	return strlen(name) == assignment->name_length &&
	       memcmp(name, reader->data + assignment->name_at, assignment->name_length) == 0;
}

/* What is being expanded. */
struct expansion {
	const char *data;
	size_t length;
	size_t at;
	char quote; /* or '\0' */
	const char *(*find)(void *context, const char *name, size_t length);
	void *context;
	struct text *ret;
};

/* $NAME and ${NAME} */
static int expand_variable(struct expansion *of) {
	size_t start = of->at + 1, end;
	bool braces = start < of->length && of->data[start] == '{';
	const char *value;

	start += braces;
	for (end = start; end < of->length && is_name(of->data[end], end == start); end++) {
	}
	if (end == start || (braces && (end == of->length || of->data[end] != '}'))) {
		return -EINVAL;
	}
	value = of->find(of->context, of->data + start, end - start);
	of->at = end + braces;
	return value ? text_append(of->ret, value, strlen(value)) : -EINVAL;
}

static int expand_escape(struct expansion *of) {
	char next = of->at + 1 < of->length ? of->data[of->at + 1] : '\0';
	bool special = !of->quote || strchr("$`\"\\\n", next);

	if (of->at + 1 >= of->length) {
		return -EINVAL;
	}
	of->at += 2;
	if (next == '\n') {
		return 0;
	}
	return special ? text_append(of->ret, &next, 1)
		       : text_append(of->ret, of->data + of->at - 2, 2);
}

static int expand_one(struct expansion *of) {
	char c = of->data[of->at];

	if (of->quote == '\'') {
		of->quote = c == '\'' ? '\0' : '\'';
		of->at++;
		return c == '\'' ? 0 : text_append(of->ret, &c, 1);
	}
	switch (c) {
	case '"':
		of->quote = of->quote ? '\0' : '"';
		of->at++;
		return 0;
	case '\\':
		return expand_escape(of);
	case '$':
		return expand_variable(of);
	case '`':
		return -EINVAL;
	case '\'':
		if (!of->quote) {
			of->quote = '\'';
			of->at++;
			return 0;
		}
		break;
	default:
		break;
	}
	of->at++;
	return text_append(of->ret, &c, 1);
}

int shell_expand(const char *value, size_t length,
	const char *(*find)(void *context, const char *name, size_t length), void *context,
	struct text *ret) {
	struct expansion of = {value, length, 0, '\0', find, context, ret};
	int r = text_append(ret, "", 0);

	while (r == 0 && of.at < of.length) {
		r = expand_one(&of);
	}
	return r < 0 || !of.quote ? r : -EINVAL;
}
