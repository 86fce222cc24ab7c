// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/configuration_key.h"

#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "request/form.h"

#define TIMEOUT_MAX_S 3600

/* A value of several words. */
static int each_word(struct target *target, const char *value,
	int (*add)(struct target *target, const char *word)) {
	while (*value) {
		char word[256]; /* no line is longer */
		size_t length = strcspn(value, " \t");
		int r = name_format(word, sizeof(word), "%.*s", (int)length, value);

		r = r < 0 ? r : add(target, word);
		if (r < 0) {
			return r;
		}
		value += length;
		value += strspn(value, " \t");
	}
	return 0;
}

static int add_address(struct target *target, const char *word) {
	struct card_name *card = target->card;
	struct selection selection;

	if (selection_parse_address(word, &selection) < 0) {
		return error_set(target->error, -EINVAL,
			"\"%s\" is not an address such as 0000:01:00.0 or 0000:01:00", word);
	}
	if (card->selection_count == CARD_SELECTIONS_MAX) {
		return error_set(target->error, -EINVAL, "a card has at most %d addresses",
			CARD_SELECTIONS_MAX);
	}
	card->selections[card->selection_count++] = selection;
	return 0;
}

static int set_address(struct target *target, void *field, const char *value) {
	return each_word(target, value, add_address);
}

static int set_id(struct target *target, void *field, const char *value) {
	if (form_read("xxxx:xxxx", value, field) < 0) {
		return error_set(target->error, -EINVAL,
			"id = \"%s\" is not vendor and device such as 10de:2484", value);
	}
	return 0;
}

static int add_driver(struct target *target, const char *name) {
	struct card_name *card = target->card;

	if (!driver_name_is_sound(name)) {
		return error_set(target->error, -EINVAL,
			"return-driver = \"%s\" is a name that no driver can have", name);
	}
	if (card->return_driver_count == RETURN_DRIVERS_MAX) {
		return error_set(target->error, -EINVAL, "a card has at most %d return drivers",
			RETURN_DRIVERS_MAX);
	}
	return name_set(
		card->return_drivers[card->return_driver_count++], REQUEST_DRIVER_SIZE, name);
}

/* In the order of preference. */
static int set_drivers(struct target *target, void *field, const char *value) {
	return each_word(target, value, add_driver);
}

static int set_reset_method(struct target *target, void *field, const char *value) {
	return preference_reset_method(value, field, target->error);
}

static int set_bar_sizes(struct target *target, void *field, const char *value) {
	return preference_bar_sizes(value, field, target->error);
}

static int set_virtual_functions(struct target *target, void *field, const char *value) {
	bool *remove = field;

	if (strcmp(value, "remove") != 0 && strcmp(value, "refuse") != 0) {
		return error_set(
			target->error, -EINVAL, "\"%s\" is neither remove nor refuse", value);
	}
	*remove = strcmp(value, "remove") == 0;
	return 0;
}

static int set_consent(struct target *target, void *field, const char *value) {
	enum consent *consent = field;

	if (strcmp(value, "allow") == 0) {
		*consent = CONSENT_ALLOW;
	} else if (strcmp(value, "refuse") == 0) {
		*consent = CONSENT_REFUSE;
	} else {
		return error_set(
			target->error, -EINVAL, "\"%s\" is neither allow nor refuse", value);
	}
	return 0;
}

static int add_accepted(struct target *target, const char *id) {
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	struct policy_names *accepted = &target->configuration->policy.accepted;

	if (id[strspn(id, plain)] || strlen(id) >= POLICY_NAME_SIZE) {
		return error_set(target->error, -EINVAL,
			"accept = \"%s\" is not a known problem such as amd-reset-vega", id);
	}
	if (accepted->count == POLICY_NAMES_MAX) {
		return error_set(target->error, -EINVAL, "at most %d known problems are accepted",
			POLICY_NAMES_MAX);
	}
	return name_set(accepted->names[accepted->count++], POLICY_NAME_SIZE, id);
}

/* Instead of those that an earlier file accepts. */
static int set_accepted(struct target *target, void *field, const char *value) {
	target->configuration->policy.accepted.count = 0;
	return each_word(target, value, add_accepted);
}

static int set_holders(struct target *target, void *field, const char *value) {
	if (policy_parse_holders(value, field) < 0) {
		return error_set(target->error, -EINVAL,
			"\"%s\" is none of refuse, stop-services and terminate", value);
	}
	return 0;
}

static int set_names(struct target *target, void *field, const char *value) {
	int r = policy_parse_names(value, field);

	if (r == -E2BIG) {
		return error_set(target->error, -EINVAL, "more than %d names", POLICY_NAMES_MAX);
	}
	if (r < 0) {
		return error_set(target->error, -EINVAL, "a name has at most %d bytes",
			POLICY_NAME_SIZE - 1);
	}
	return 0;
}

static int set_timeout(struct target *target, void *field, const char *value) {
	unsigned long long seconds;

	if (number_parse(value, TIMEOUT_MAX_S, &seconds) < 0 || seconds == 0) {
		return error_set(target->error, -EINVAL,
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

static int set_unit(struct target *target, void *field, const char *value) {
	if (!is_service(value) || name_set(field, CONFIGURATION_UNIT_SIZE, value) < 0) {
		return error_set(target->error, -EINVAL,
			"unit = \"%s\" is not the name of a unit such as win11.service", value);
	}
	return 0;
}

static int set_services(struct target *target, void *field, const char *value) {
	const struct policy_names *services = field;
	int r = set_names(target, field, value);

	for (size_t i = 0; r == 0 && i < services->count; i++) {
		if (!is_service(services->names[i])) {
			r = error_set(target->error, -EINVAL,
				"services = \"%s\" is not the name of a unit such as "
				"ollama.service",
				services->names[i]);
		}
	}
	return r;
}

/* For something that can be left out. */
static int set_watch(struct target *target, void *field, const char *value) {
	unsigned long long seconds;

	if (number_parse(value, TIMEOUT_MAX_S, &seconds) < 0) {
		return error_set(target->error, -EINVAL,
			"\"%s\" is not a number of seconds from 0 to %d", value, TIMEOUT_MAX_S);
	}
	*(unsigned int *)field = (unsigned int)seconds;
	return 0;
}

/* Every key that there is; request/configuration.h says what they mean. */
static const struct key {
	enum section section;
	const char *name;
	int (*set)(struct target *target, void *field, const char *value);
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

int target_set(struct target *target, const char *name, const char *value) {
	char *base = target->card ? (char *)target->card : (char *)target->configuration;

	if (target->section == SECTION_NONE) {
		return error_set(
			target->error, -EINVAL, "\"%s\" stands before any [section]", name);
	}
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct key *key = &keys[i];

		if (key->section != target->section || strcmp(key->name, name) != 0) {
			continue;
		}
		if (!*value) {
			return error_set(target->error, -EINVAL, "\"%s\" has no value", name);
		}
		if (!key->repeats && (target->seen & (1U << i))) {
			return error_set(target->error, -EINVAL, "\"%s\" is given twice", name);
		}
		target->seen |= 1U << i;
		return key->set(target, base + key->offset, value);
	}
	return error_set(target->error, -EINVAL, "there is no key \"%s\" in this section", name);
}
