// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/configuration.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "request/configuration_key.h"

/*
 * One file's text. inih takes lines apart; which sections and keys there are and what they may hold
 * is request/configuration_key.c. Lines are counted and headings are read here, because inih's
 * handler learns neither a line's number nor of a section without keys.
 */

struct parser {
	const char *file;
	const char *rest; /* what inih has not asked for yet */
	size_t length;
	unsigned int line;
	unsigned int section_line;
	struct target target; /* the section that the line is in */
	struct configuration configuration;
	int r;
	struct error *error;
};

static bool is_card_name(const char *name) {
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return isalnum((unsigned char)*name) && name[strspn(name, plain)] == '\0' &&
	       strlen(name) < sizeof(((struct card_name *)NULL)->name);
}

static int begin_card(struct parser *parser, const char *name) {
	struct configuration *configuration = &parser->configuration;
	int r;

	if (!is_card_name(name)) {
		return error_set(parser->error, -EINVAL,
			"\"%s\" is no name for a card: at most 63 letters, digits, '.', '_', '-'",
			name);
	}
	if (configuration_card(configuration, name)) {
		return error_set(parser->error, -EINVAL, "there is a second [card %s]", name);
	}
	if (configuration->card_count == CARDS_MAX) {
		return error_set(parser->error, -EINVAL, "more than %d cards", CARDS_MAX);
	}
	parser->target.section = SECTION_CARD;
	parser->target.card = &configuration->cards[configuration->card_count++];
	*parser->target.card = (struct card_name){0};
	r = name_set(parser->target.card->name, sizeof(parser->target.card->name), name);
	return r < 0 ? r
		     : name_set(parser->target.card->file, sizeof(parser->target.card->file),
			       parser->file);
}

/* What is wanted of a card goes with every request, whoever asks. */
static void add_preference(struct parser *parser) {
	const struct card_name *card = parser->target.card;
	struct policy *policy = &parser->configuration.policy;
	struct preference preference = {.device = card->selections[0].address};

	if (!card->reset_method[0] && !card->bar_sizes[0]) {
		return;
	}
	static_assert(CARDS_MAX <= PREFERENCES_MAX, "there is one for each card");
	memcpy(preference.reset_method, card->reset_method, PREFERENCE_TEXT_SIZE);
	memcpy(preference.bar_sizes, card->bar_sizes, PREFERENCE_TEXT_SIZE);
	policy->preferences[policy->preference_count++] = preference;
}

static int end_section(struct parser *parser) {
	if (parser->target.card && parser->target.card->selection_count == 0) {
		/* Told of the heading: the line where we noticed it is another section's. */
		parser->line = parser->section_line;
		return error_set(parser->error, -EINVAL, "[card %s] has no address",
			parser->target.card->name);
	}
	if (parser->target.card) {
		add_preference(parser);
	}
	parser->target.section = SECTION_NONE;
	parser->target.card = NULL;
	parser->target.seen = 0;
	return 0;
}

/* heading: what stands between the brackets. */
static int begin_section(struct parser *parser, const char *heading) {
	int r = end_section(parser);

	if (r < 0) {
		return r;
	}
	parser->section_line = parser->line;
	if (strcmp(heading, "guest") == 0) {
		parser->target.section = SECTION_GUEST;
	} else if (strcmp(heading, "policy") == 0) {
		parser->target.section = SECTION_POLICY;
	} else if (strcmp(heading, "timeouts") == 0) {
		parser->target.section = SECTION_TIMEOUTS;
	} else if (text_starts(heading, "card ")) {
		return begin_card(parser, heading + strlen("card "));
	} else {
		return error_set(parser->error, -EINVAL,
			"there is no section [%s]: only [card NAME], [guest], [policy] and [timeouts]",
			heading);
	}
	return 0;
}

/* line: without blanks around it. */
static int read_heading(struct parser *parser, const char *line, size_t length) {
	char heading[256];

	if (line[length - 1] != ']' ||
		name_format(heading, sizeof(heading), "%.*s", (int)length - 2, line + 1) < 0) {
		return error_set(parser->error, -EINVAL, "expected [SECTION]");
	}
	return begin_section(parser, heading);
}

static bool is_blank(char c) {
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the next line off the text. Blanks around it go, for inih takes a line that begins with one
 * as more of the line before. */
static const char *take_line(struct parser *parser, size_t *ret_length) {
	const char *line = parser->rest;
	const char *newline = memchr(line, '\n', parser->length);
	size_t length = newline ? (size_t)(newline - line) : parser->length;
	size_t taken = length + (newline != NULL);

	parser->rest += taken;
	parser->length -= taken;
	parser->line++;
	while (length > 0 && is_blank(line[length - 1])) {
		length--;
	}
	while (length > 0 && is_blank(*line)) {
		line++;
		length--;
	}
	*ret_length = length;
	return line;
}

static int check_line(struct parser *parser, const char *line, size_t length, size_t size) {
	for (size_t i = 0; i < length; i++) {
		if (iscntrl((unsigned char)line[i]) && line[i] != '\t') {
			return error_set(parser->error, -EINVAL, "there is a control character");
		}
	}
	if (length >= size) {
		return error_set(
			parser->error, -EINVAL, "the line is longer than %zu bytes", size - 1);
	}
	return length > 0 && line[0] == '[' ? read_heading(parser, line, length) : 0;
}

static void fail(struct parser *parser, int r) {
	parser->r = error_add(parser->error, r, "%s:%u", parser->file, parser->line);
}

/* inih's reader: like fgets. */
static char *on_line(char *buffer, int size, void *stream) {
	struct parser *parser = stream;
	const char *line;
	size_t length;
	int r;

	if (parser->r < 0 || parser->length == 0) {
		return NULL;
	}
	line = take_line(parser, &length);
	r = check_line(parser, line, length, (size_t)size);
	if (r < 0) {
		fail(parser, r);
		return NULL;
	}
	memcpy(buffer, line, length);
	buffer[length] = '\0';
	return buffer;
}

/* inih's handler. */
static int on_key(void *data, const char *section, const char *name, const char *value) {
	struct parser *parser = data;
	int r = parser->r < 0 ? 0 : target_set(&parser->target, name, value);

	if (r < 0) {
		fail(parser, r);
	}
	return parser->r == 0;
}

static int parse(struct parser *parser) {
	int line = ini_parse_stream(on_line, parser, on_key, parser);
	int r;

	if (line < 0) {
		return error_set(parser->error, -ENOMEM, "no memory to read %s", parser->file);
	}
	/* It names the first line that is wrong, also one that it did not ask us about. */
	if (line > 0 && (parser->r == 0 || (unsigned int)line < parser->line)) {
		return error_set(
			parser->error, -EINVAL, "%s:%d: expected KEY = VALUE", parser->file, line);
	}
	if (parser->r < 0) {
		return parser->r;
	}
	r = end_section(parser);
	if (r < 0) {
		fail(parser, r);
	}
	return parser->r;
}

int configuration_parse(const char *name, const char *data, size_t length,
	struct configuration *configuration, struct error *error) {
	struct parser parser = {
		.file = name,
		.rest = data,
		.length = length,
		.configuration = *configuration,
		.error = error,
	};
	int r;

	if (length > CONFIGURATION_FILE_MAX) {
		return error_set(error, -EFBIG, "%s is larger than %zu KiB", name,
			CONFIGURATION_FILE_MAX >> 10);
	}
	parser.target = (struct target){.configuration = &parser.configuration, .error = error};
	r = parse(&parser);
	if (r < 0) {
		return r;
	}
	*configuration = parser.configuration;
	return 0;
}
