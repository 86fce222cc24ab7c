// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/rebinder.h"

#include <stdio.h>
#include <string.h>

#include "host/driver/taking.h"
#include "host/driver/udev_rule.h"
#include "host/lines.h"

/* Rules that bind a device to another driver, themselves or by a program that they run. */

#define PROGRAMS "/usr/lib/udev"

struct reading {
	int root;
	const struct device *device;
	struct rebinders *rebinders;
	char path[512];           /* of the file that is being read, */
	char skip_to[LABEL_SIZE]; /* and the label up to which its lines are passed over */
};

/* What the device has there; false: that is not known here. */
static bool find_value(
	const struct udev_token *token, const struct device *device, char *ret, size_t size) {
	const struct identity *is = &device->identity;
	const char *key = token->key, *name = token->attribute;
	bool attribute = strcmp(key, "ATTR") == 0, property = strcmp(key, "ENV") == 0;

	if (strcmp(key, "KERNEL") == 0 || (property && strcmp(name, "PCI_SLOT_NAME") == 0)) {
		return name_set(ret, size, device->name) == 0;
	}
	if (strcmp(key, "SUBSYSTEM") == 0) {
		return name_set(ret, size, "pci") == 0;
	}
	if (attribute && strcmp(name, "vendor") == 0) {
		return name_format(ret, size, "0x%04x", is->vendor) == 0;
	}
	if (attribute && strcmp(name, "device") == 0) {
		return name_format(ret, size, "0x%04x", is->device) == 0;
	}
	if (attribute && strcmp(name, "class") == 0) {
		return name_format(ret, size, "0x%06x", device->class) == 0;
	}
	if (property && strcmp(name, "PCI_ID") == 0) {
		return name_format(ret, size, "%04X:%04X", is->vendor, is->device) == 0;
	}
	if (property && strcmp(name, "PCI_SUBSYS_ID") == 0) {
		return name_format(ret, size, "%04X:%04X", is->subsystem_vendor,
			       is->subsystem_device) == 0;
	}
	if (property && strcmp(name, "PCI_CLASS") == 0) {
		return name_format(ret, size, "%X", device->class) == 0;
	}
	return property && strcmp(name, "MODALIAS") == 0 &&
	       name_set(ret, size, device->modalias) == 0;
}

/* $kernel, %k and $env{SUBSYSTEM} in a path; false: there is something else, or too much. */
static bool substitute(const char *value, const struct device *device, struct text *ret) {
	const struct {
		const char *name;
		const char *value;
	} known[] = {{"$kernel", device->name}, {"%k", device->name}, {"$env{SUBSYSTEM}", "pci"}};
	int r = text_append(ret, "", 0);

	while (r >= 0 && *value) {
		size_t i = 0;

		while (i < COUNT(known) && !text_starts(value, known[i].name)) {
			i++;
		}
		if (i == COUNT(known) && (*value == '$' || *value == '%')) {
			return false;
		}
		r = i < COUNT(known) ? text_add(ret, "%s", known[i].value)
				     : text_append(ret, value, 1);
		value += i < COUNT(known) ? strlen(known[i].name) : 1;
	}
	return r >= 0;
}

/* TEST=="/etc/driverctl.d/pci-$kernel": is there such a file? */
static bool test_fails(int root, const struct udev_token *token, const struct device *device) {
	AUTO_TEXT struct text path = {0};

	return token->match && strcmp(token->key, "TEST") == 0 && *token->value == '/' &&
	       substitute(token->value, device, &path) &&
	       file_exists(root, path.data) == token->negated;
}

enum fit {
	FIT_YES,
	FIT_NO,
	FIT_UNKNOWN
};

static enum fit find_fit(int root, const struct udev_token *token, const struct device *device) {
	char value[LABEL_SIZE];

	if (test_fails(root, token, device)) {
		return FIT_NO;
	}
	if (!find_value(token, device, value, sizeof(value))) {
		return FIT_UNKNOWN;
	}
	return udev_value_fits(token->value, value) == token->negated ? FIT_NO : FIT_YES;
}

/* RUN+="program", and what udev itself runs to find something out. */
static bool runs(const struct udev_token *token) {
	return strcmp(token->key, "RUN") == 0 || strcmp(token->key, "PROGRAM") == 0 ||
	       (strcmp(token->key, "IMPORT") == 0 && strcmp(token->attribute, "program") == 0);
}

static bool command_takes(int root, const char *command, bool *ret_ids) {
	struct taking taking = {0};
	char path[512];
	bool found = taking_find_in_command(root, command, ret_ids);

	/* A name without a path is of a program of udev's own directory. */
	if (!found && *command != '/' &&
		name_format(path, sizeof(path), PROGRAMS "/%.*s", (int)strcspn(command, " \t"),
			command) == 0) {
		found = taking_find(root, path, &taking);
		*ret_ids = taking.ids;
	}
	taking_done(&taking);
	return found;
}

/* What a token of this name sets is of the node or of the rules, and no device's driver. */
static bool is_harmless(const char *key) {
	static const char *const keys[] = {
		"GOTO", "LABEL", "TAG", "NAME", "SYMLINK", "MODE", "OWNER", "GROUP", "OPTIONS"};

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (strcmp(key, keys[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* driverctl's own rule: what that sets is in its own files, which are named themselves. */
static bool is_of_driverctl(const struct udev_token *token) {
	return strcmp(token->key, "ENV") == 0 && strcmp(token->attribute, "SYSTEMD_WANTS") == 0 &&
	       text_starts(token->value, "driverctl@");
}

static bool takes(int root, const struct udev_token *token, bool *ret_ids) {
	const char *attribute = token->attribute, *value = token->value;

	if (runs(token)) {
		return command_takes(root, value, ret_ids);
	}
	if (token->match || is_harmless(token->key) || is_of_driverctl(token)) {
		return false;
	}
	/* ATTR{driver_override}="vfio-pci", ATTR{[drivers/vfio-pci]new_id}="10de 2484" */
	*ret_ids = taking_gives_ids(attribute) || taking_gives_ids(value);
	return taking_word(attribute, strlen(attribute)) || taking_word(value, strlen(value)) ||
	       (strcmp(token->key, "ATTR") == 0 &&
		       (strcmp(attribute, "bind") == 0 || strcmp(attribute, "unbind") == 0));
}

/* What one line does to the device. */
struct rule {
	bool excluded; /* it is for others */
	bool certain;  /* it is for this one: all its matches are known to fit */
	bool takes;
	bool ids;
	char go_to[LABEL_SIZE];
	char label[LABEL_SIZE];
};

static void add_token(
	const struct reading *reading, const struct udev_token *token, struct rule *rule) {
	enum fit fit = token->match ? find_fit(reading->root, token, reading->device) : FIT_YES;
	bool ids = false;

	rule->excluded |= fit == FIT_NO;
	rule->certain &= fit == FIT_YES;
	if (strcmp(token->key, "GOTO") == 0) {
		(void)!name_set(rule->go_to, sizeof(rule->go_to), token->value);
	} else if (strcmp(token->key, "LABEL") == 0) {
		(void)!name_set(rule->label, sizeof(rule->label), token->value);
	} else if (!rule->excluded) {
		rule->takes |= takes(reading->root, token, &ids);
		rule->ids |= ids;
	}
}

static struct rule read_rule(const struct reading *reading, const struct source_line *line) {
	AUTO_FREE char *copy = strdup(line->text);
	struct rule rule = {.certain = true};
	struct udev_token token;

	for (char *rest = copy; rest && udev_token_next(&rest, &token);) {
		add_token(reading, &token, &rule);
	}
	return rule;
}

static int look_at_line(void *context, const struct source_line *line) {
	struct reading *reading = context;
	struct rule rule;

	if (strcmp(reading->path, line->path) != 0) {
		reading->skip_to[0] = '\0';
		(void)!name_set(reading->path, sizeof(reading->path), line->path);
	}
	rule = read_rule(reading, line);
	if (reading->skip_to[0] && strcmp(rule.label, reading->skip_to) != 0) {
		return 0;
	}
	reading->skip_to[0] = '\0';
	if (rule.excluded) {
		return 0;
	}
	if (rule.certain) {
		memcpy(reading->skip_to, rule.go_to, sizeof(rule.go_to));
	}
	if (!rule.takes) {
		return 0;
	}
	return rebinders_add(reading->rebinders, &(struct rebinder){.kind = REBINDER_UDEV,
							 .path = (char *)line->path,
							 .line = line->number,
							 .text = line->text,
							 .ids = rule.ids});
}

int rebinders_read_udev(int root, const struct device *device, struct rebinders *ret) {
	static const char *const directories[] = {"/etc/udev/rules.d", "/run/udev/rules.d",
		"/usr/local/lib/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"};
	static const struct drop_ins all = {directories, COUNT(directories), ".rules"};
	struct reading reading = {.root = root, .device = device, .rebinders = ret};
	const struct line_reader reader = {look_at_line, &reading};

	return lines_read_all(root, &all, &reader);
}
