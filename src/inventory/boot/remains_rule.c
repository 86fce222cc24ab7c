// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "host/driver/udev_rule.h"
#include "inventory/boot/search.h"

/* Rules of udev's that take a device from its driver. */

static bool is_known_attribute(const char *name) {
	static const char *const names[] = {
		"vendor", "device", "class", "subsystem_vendor", "subsystem_device", "revision"};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* Does it ask for what a PCI device has, and nothing else? */
static bool is_known_match(const struct udev_token *token) {
	const char *key = token->key;

	return strcmp(key, "KERNEL") == 0 || strcmp(key, "SUBSYSTEM") == 0 ||
	       strcmp(key, "ACTION") == 0 ||
	       (strcmp(key, "ATTR") == 0 && is_known_attribute(token->attribute)) ||
	       (strcmp(key, "ENV") == 0 && text_starts(token->attribute, "PCI_"));
}

/* ATTR{driver_override}="vfio-pci", ATTR{[drivers/vfio-pci]new_id}="10de 2484" */
static bool gives(const struct udev_token *token) {
	return strcmp(token->key, "ATTR") == 0 &&
	       ((strcmp(token->attribute, "driver_override") == 0 &&
			search_is_vfios(token->value)) ||
		       strcmp(token->attribute, "[drivers/vfio-pci]new_id") == 0 ||
		       strcmp(token->attribute, "[drivers/pci-stub]new_id") == 0);
}

/* What a rule is made of. */
struct rule_parts {
	bool gives;   /* it gives the device to VFIO */
	bool other;   /* it does something else, or runs a program */
	bool unknown; /* for whom it is cannot be told */
};

static struct rule_parts take_apart(const char *text) {
	AUTO_FREE char *copy = strdup(text);
	struct rule_parts parts = {.other = !copy};
	struct udev_token token;
	char *rest = copy;

	while (rest && udev_token_next(&rest, &token)) {
		bool given = !token.match && gives(&token);

		parts.unknown |= token.match && !is_known_match(&token);
		parts.gives |= given;
		parts.other |= !token.match && !given;
	}
	parts.other |= rest && *rest;
	return parts;
}

/* driverctl's own does what the files say that are named after devices: they are what is left. */
static bool is_driverctls(const struct rebinder *rule) {
	return !search_is_configuration(rule->path) && strstr(rule->text, "driverctl");
}

/* Which rules are for the device. */
struct rules {
	const struct device *device;
	struct rebinders all;
};

static bool has_rule(const struct rules *rules, const struct rebinder *rule) {
	for (size_t i = 0; i < rules->all.count; i++) {
		if (rules->all.all[i].line == rule->line &&
			strcmp(rules->all.all[i].path, rule->path) == 0) {
			return true;
		}
	}
	return false;
}

static struct concern concern_rule(
	struct search *search, const struct rules *rules, const struct rebinder *rule) {
	struct concern concern = {0};

	for (size_t i = 0; i < search->host->device_count; i++) {
		const struct device *device = rules[i].device;

		if (!device || !has_rule(&rules[i], rule)) {
			continue;
		}
		if (search_wants(search, device)) {
			concern.wanted = true;
		} else if (!concern.other) {
			concern.other = device;
		}
	}
	return concern;
}

static void add_rule(
	struct search *search, const struct rules *rules, const struct rebinder *rule) {
	const struct rule_parts parts = take_apart(rule->text);
	const struct remain remain = {.form = REMAIN_LINE,
		.path = rule->path,
		.number = rule->line,
		.text = rule->text,
		.why = (char *)"takes the device from its driver when it appears"};
	size_t before = search->remains->count;
	struct concern concern;

	/* A keyboard's or a disk's, as far as anybody can tell. */
	if (is_driverctls(rule) || (parts.unknown && !search_names_vfio(rule->text))) {
		return;
	}
	concern = concern_rule(search, rules, rule);
	search->other = search->other ? search->other : concern.other;
	search_add(search, &remain, concern);
	if (parts.gives && !parts.other && !parts.unknown) {
		return;
	}
	search->untold = true;
	if (search->remains->count > before && search->remains->all[before].fate == REMAIN_GOES) {
		remain_set(search->remains, &search->remains->all[before], REMAIN_BY_HAND,
			"the rule does more, or runs a program: look whether you need it");
	}
}

void search_rules(struct search *search) {
	size_t count = search->host->device_count;
	AUTO_FREE struct rules *rules = calloc(count + 1, sizeof(*rules));
	int r = rules ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < count; i++) {
		if (!device_is_bridge(&search->host->devices[i])) {
			rules[i].device = &search->host->devices[i];
			r = rebinders_read_udev(search->root, rules[i].device, &rules[i].all);
		}
	}
	for (size_t i = 0; r == 0 && i < count; i++) {
		for (size_t k = 0; k < rules[i].all.count; k++) {
			add_rule(search, rules, &rules[i].all.all[k]);
		}
	}
	for (size_t i = 0; rules && i < count; i++) {
		rebinders_free(&rules[i].all);
	}
	search->remains->r = r < 0 ? r : search->remains->r;
}
