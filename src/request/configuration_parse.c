// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/configuration.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "request/form.h"

/*
 * One file's text. inih takes lines apart; which sections and keys there are and what they may hold
 * is the table below. Lines are counted and headings are read here, because inih's handler learns
 * neither a line's number nor of a section without keys.
 */

#define TIMEOUT_MAX_S 3600

enum section {
	SECTION_NONE,
	SECTION_CARD,
	SECTION_GUEST,
	SECTION_POLICY,
	SECTION_TIMEOUTS,
};

struct parser {
	const char *file;
	const char *rest; /* what inih has not asked for yet */
	size_t length;
	unsigned int line;
	enum section section;
	unsigned int section_line;
	unsigned int seen;      /* a bit for each row of keys[]: given in this section */
	struct card_name *card; /* of the section */
	struct configuration configuration;
	int r;
	struct error *error;
};

/* A value of several words. */
static int each_word(struct parser *parser, const char *value,
	int (*add)(struct parser *parser, const char *word)) {
	while (*value) {
		char word[256]; /* no line is longer */
		size_t length = strcspn(value, " \t");
		int r = name_format(word, sizeof(word), "%.*s", (int)length, value);

		r = r < 0 ? r : add(parser, word);
		if (r < 0) {
			return r;
		}
		value += length;
		value += strspn(value, " \t");
	}
	return 0;
}

static int add_address(struct parser *parser, const char *word) {
	struct card_name *card = parser->card;
	struct selection selection;

	if (selection_parse_address(word, &selection) < 0) {
		return error_set(parser->error, -EINVAL,
			"\"%s\" is not an address such as 0000:01:00.0 or 0000:01:00", word);
	}
	if (card->selection_count == CARD_SELECTIONS_MAX) {
		return error_set(parser->error, -EINVAL, "a card has at most %d addresses",
			CARD_SELECTIONS_MAX);
	}
	card->selections[card->selection_count++] = selection;
	return 0;
}

static int set_address(struct parser *parser, void *field, const char *value) {
	return each_word(parser, value, add_address);
}

static int set_id(struct parser *parser, void *field, const char *value) {
	if (form_read("xxxx:xxxx", value, field) < 0) {
		return error_set(parser->error, -EINVAL,
			"id = \"%s\" is not vendor and device such as 10de:2484", value);
	}
	return 0;
}

static int add_driver(struct parser *parser, const char *name) {
	struct card_name *card = parser->card;

	if (!driver_name_is_sound(name)) {
		return error_set(parser->error, -EINVAL,
			"return-driver = \"%s\" is a name that no driver can have", name);
	}
	if (card->return_driver_count == RETURN_DRIVERS_MAX) {
		return error_set(parser->error, -EINVAL, "a card has at most %d return drivers",
			RETURN_DRIVERS_MAX);
	}
	return name_set(
		card->return_drivers[card->return_driver_count++], REQUEST_DRIVER_SIZE, name);
}

/* In the order of preference. */
static int set_drivers(struct parser *parser, void *field, const char *value) {
	return each_word(parser, value, add_driver);
}

static int set_reset_method(struct parser *parser, void *field, const char *value) {
	return preference_reset_method(value, field, parser->error);
}

static int set_bar_sizes(struct parser *parser, void *field, const char *value) {
	return preference_bar_sizes(value, field, parser->error);
}

static int set_virtual_functions(struct parser *parser, void *field, const char *value) {
	bool *remove = field;

	if (strcmp(value, "remove") != 0 && strcmp(value, "refuse") != 0) {
		return error_set(
			parser->error, -EINVAL, "\"%s\" is neither remove nor refuse", value);
	}
	*remove = strcmp(value, "remove") == 0;
	return 0;
}

static int set_consent(struct parser *parser, void *field, const char *value) {
	enum consent *consent = field;

	if (strcmp(value, "allow") == 0) {
		*consent = CONSENT_ALLOW;
	} else if (strcmp(value, "refuse") == 0) {
		*consent = CONSENT_REFUSE;
	} else {
		return error_set(
			parser->error, -EINVAL, "\"%s\" is neither allow nor refuse", value);
	}
	return 0;
}

static int add_accepted(struct parser *parser, const char *id) {
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	struct policy_names *accepted = &parser->configuration.policy.accepted;

	if (id[strspn(id, plain)] || strlen(id) >= POLICY_NAME_SIZE) {
		return error_set(parser->error, -EINVAL,
			"accept = \"%s\" is not a known problem such as amd-reset-vega", id);
	}
	if (accepted->count == POLICY_NAMES_MAX) {
		return error_set(parser->error, -EINVAL, "at most %d known problems are accepted",
			POLICY_NAMES_MAX);
	}
	return name_set(accepted->names[accepted->count++], POLICY_NAME_SIZE, id);
}

/* Instead of those that an earlier file accepts. */
static int set_accepted(struct parser *parser, void *field, const char *value) {
	parser->configuration.policy.accepted.count = 0;
	return each_word(parser, value, add_accepted);
}

static int set_holders(struct parser *parser, void *field, const char *value) {
	if (policy_parse_holders(value, field) < 0) {
		return error_set(parser->error, -EINVAL,
			"\"%s\" is none of refuse, stop-services and terminate", value);
	}
	return 0;
}

static int set_names(struct parser *parser, void *field, const char *value) {
	int r = policy_parse_names(value, field);

	if (r == -E2BIG) {
		return error_set(parser->error, -EINVAL, "more than %d names", POLICY_NAMES_MAX);
	}
	if (r < 0) {
		return error_set(parser->error, -EINVAL, "a name has at most %d bytes",
			POLICY_NAME_SIZE - 1);
	}
	return 0;
}

static int set_timeout(struct parser *parser, void *field, const char *value) {
	unsigned long long seconds;

	if (number_parse(value, TIMEOUT_MAX_S, &seconds) < 0 || seconds == 0) {
		return error_set(parser->error, -EINVAL,
			"\"%s\" is not a number of seconds from 1 to %d", value, TIMEOUT_MAX_S);
	}
	*(unsigned int *)field = (unsigned int)seconds;
	return 0;
}

/* Only a service runs a program that could be a guest, or hold a device. */
static bool is_service(const char *unit) {
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789:-_.\\@";

	return text_ends(unit, ".service") && strspn(unit, allowed) == strlen(unit);
}

static int set_unit(struct parser *parser, void *field, const char *value) {
	if (!is_service(value) || name_set(field, CONFIGURATION_UNIT_SIZE, value) < 0) {
		return error_set(parser->error, -EINVAL,
			"unit = \"%s\" is not the name of a unit such as win11.service", value);
	}
	return 0;
}

static int set_services(struct parser *parser, void *field, const char *value) {
	const struct policy_names *services = field;
	int r = set_names(parser, field, value);

	for (size_t i = 0; r == 0 && i < services->count; i++) {
		if (!is_service(services->names[i])) {
			r = error_set(parser->error, -EINVAL,
				"services = \"%s\" is not the name of a unit such as "
				"ollama.service",
				services->names[i]);
		}
	}
	return r;
}

/* For something that can be left out. */
static int set_watch(struct parser *parser, void *field, const char *value) {
	unsigned long long seconds;

	if (number_parse(value, TIMEOUT_MAX_S, &seconds) < 0) {
		return error_set(parser->error, -EINVAL,
			"\"%s\" is not a number of seconds from 0 to %d", value, TIMEOUT_MAX_S);
	}
	*(unsigned int *)field = (unsigned int)seconds;
	return 0;
}

/* Every key that there is; request/configuration.h says what they mean. */
static const struct key {
	enum section section;
	const char *name;
	int (*set)(struct parser *parser, void *field, const char *value);
	size_t offset; /* of the field: in the card, or in the configuration */
	bool repeats;
} keys[] = {
	{SECTION_CARD, "address", set_address, 0, true},
	{SECTION_CARD, "id", set_id, offsetof(struct card_name, id), false},
	{SECTION_CARD, "return-driver", set_drivers, 0, false},
	{SECTION_CARD, "reset-method", set_reset_method, offsetof(struct card_name, reset_method),
		false},
	{SECTION_CARD, "bar-size", set_bar_sizes, offsetof(struct card_name, bar_sizes), false},
	{SECTION_GUEST, "unit", set_unit, offsetof(struct configuration, unit), false},
	{SECTION_POLICY, "losses", set_consent, offsetof(struct configuration, policy.losses),
		false},
	{SECTION_POLICY, "backups", set_consent, offsetof(struct configuration, policy.backups),
		false},
	{SECTION_POLICY, "holders", set_holders, offsetof(struct configuration, policy.holders),
		false},
	{SECTION_POLICY, "services", set_services, offsetof(struct configuration, policy.services),
		false},
	{SECTION_POLICY, "programs", set_names, offsetof(struct configuration, policy.programs),
		false},
	{SECTION_POLICY, "accept", set_accepted, 0, false},
	{SECTION_POLICY, "virtual-functions", set_virtual_functions,
		offsetof(struct configuration, policy.remove_virtual_functions), false},
	{SECTION_TIMEOUTS, "device", set_timeout, offsetof(struct configuration, writer_timeout_s),
		false},
	{SECTION_TIMEOUTS, "service", set_timeout,
		offsetof(struct configuration, service_timeout_s), false},
	{SECTION_TIMEOUTS, "process", set_timeout,
		offsetof(struct configuration, process_timeout_s), false},
	{SECTION_TIMEOUTS, "lock", set_timeout, offsetof(struct configuration, lock_timeout_s),
		false},
	{SECTION_TIMEOUTS, "home", set_watch, offsetof(struct configuration, home_watch_s), false},
};

static int set(struct parser *parser, const char *name, const char *value) {
	char *base = parser->card ? (char *)parser->card : (char *)&parser->configuration;

	if (parser->section == SECTION_NONE) {
		return error_set(
			parser->error, -EINVAL, "\"%s\" stands before any [section]", name);
	}
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct key *key = &keys[i];

		if (key->section != parser->section || strcmp(key->name, name) != 0) {
			continue;
		}
		if (!*value) {
			return error_set(parser->error, -EINVAL, "\"%s\" has no value", name);
		}
		if (!key->repeats && (parser->seen & (1U << i))) {
			return error_set(parser->error, -EINVAL, "\"%s\" is given twice", name);
		}
		parser->seen |= 1U << i;
		return key->set(parser, base + key->offset, value);
	}
	return error_set(parser->error, -EINVAL, "there is no key \"%s\" in this section", name);
}

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
	parser->section = SECTION_CARD;
	parser->card = &configuration->cards[configuration->card_count++];
	*parser->card = (struct card_name){0};
	r = name_set(parser->card->name, sizeof(parser->card->name), name);
	return r < 0 ? r : name_set(parser->card->file, sizeof(parser->card->file), parser->file);
}

/* What is wanted of a card goes with every request, whoever asks. */
static void add_preference(struct parser *parser) {
	const struct card_name *card = parser->card;
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
	if (parser->card && parser->card->selection_count == 0) {
		/* Told of the heading: the line where we noticed it is another section's. */
		parser->line = parser->section_line;
		return error_set(
			parser->error, -EINVAL, "[card %s] has no address", parser->card->name);
	}
	if (parser->card) {
		add_preference(parser);
	}
	parser->section = SECTION_NONE;
	parser->card = NULL;
	parser->seen = 0;
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
		parser->section = SECTION_GUEST;
	} else if (strcmp(heading, "policy") == 0) {
		parser->section = SECTION_POLICY;
	} else if (strcmp(heading, "timeouts") == 0) {
		parser->section = SECTION_TIMEOUTS;
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
	int r = parser->r < 0 ? 0 : set(parser, name, value);

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
	r = parse(&parser);
	if (r < 0) {
		return r;
	}
	*configuration = parser.configuration;
	return 0;
}
