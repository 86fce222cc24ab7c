// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/qemu/arguments.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "request/qemu/group.h"
#include "request/qemu/option.h"

/* What options do that tell something; value is the next word. */

static int take_daemonize(
	struct qemu_arguments *arguments, const char *value, struct error *error) {
	arguments->daemonize = true;
	return 0;
}

static int take_device(struct qemu_arguments *arguments, const char *value, struct error *error) {
	AUTO_QEMU_GROUP struct qemu_group group = {.kind = QEMU_GROUP_DEVICE};
	int r = value[0] == '{' ? qemu_group_read_json(&group, value, error)
				: qemu_group_read(&group, value, error);

	return r < 0 ? r : qemu_group_apply(&group, arguments, error);
}

/* DRIVER.PROPERTY=VALUE, or what qemu_group_read reads (qemu_global_option). */
static int take_global(struct qemu_arguments *arguments, const char *value, struct error *error) {
	AUTO_QEMU_GROUP struct qemu_group group = {.kind = QEMU_GROUP_GLOBAL};
	AUTO_FREE char *copy = NULL;
	char *dot;
	int r;

	if (value[strcspn(value, ".=")] != '.') {
		r = qemu_group_read(&group, value, error);
		return r < 0 ? r : qemu_group_apply(&group, arguments, error);
	}
	copy = strndup(value, strcspn(value, "="));
	if (!copy) {
		return error_set(error, -ENOMEM, "no memory to read an option of QEMU");
	}
	dot = strchr(copy, '.');
	*dot = '\0';
	r = qemu_group_set(&group, "driver", copy, error);
	r = r < 0 ? r : qemu_group_set(&group, "property", dot + 1, error);
	return r < 0 ? r : qemu_group_apply(&group, arguments, error);
}

static int take_name(struct qemu_arguments *arguments, const char *value, struct error *error) {
	AUTO_QEMU_GROUP struct qemu_group group = {.kind = QEMU_GROUP_NAME};
	int r = qemu_group_read(&group, value, error);

	return r < 0 ? r : qemu_group_apply(&group, arguments, error);
}

static int take_pidfile(struct qemu_arguments *arguments, const char *value, struct error *error) {
	if (!value[0]) {
		return error_set(error, -EINVAL, "the path is empty");
	}
	arguments->pidfile = value;
	return 0;
}

static int take_readconfig(
	struct qemu_arguments *arguments, const char *value, struct error *error) {
	if (!value[0]) {
		return error_set(error, -EINVAL, "the path is empty");
	}
	if (arguments->config_count == QEMU_CONFIGS_MAX) {
		return error_set(error, -E2BIG, "at most %d files are read", QEMU_CONFIGS_MAX);
	}
	arguments->configs[arguments->config_count++] = value;
	return 0;
}

/* GROUP.ID.KEY=VALUE (qemu_set_option); groups other than device choose nothing. */
static int take_set(struct qemu_arguments *arguments, const char *value, struct error *error) {
	const char *dot = strchr(value, '.');
	const char *key = dot ? strchr(dot + 1, '.') : NULL;
	char name[16];

	if (!key || !text_starts(value, "device.") ||
		name_format(name, sizeof(name), "%.*s", (int)strcspn(key + 1, "="), key + 1) < 0) {
		return 0;
	}
	if (qemu_group_is_choice(NULL, name)) {
		return error_set(error, -EINVAL,
			"this changes which device is meant: write it at the -device itself");
	}
	return 0;
}

static const struct action {
	const char *name;
	int (*take)(struct qemu_arguments *arguments, const char *value, struct error *error);
} actions[] = {
	{"daemonize", take_daemonize},
	{"device", take_device},
	{"global", take_global},
	{"name", take_name},
	{"pidfile", take_pidfile},
	{"readconfig", take_readconfig},
	{"set", take_set},
};

static const struct action *find_action(const char *name) {
	for (size_t i = 0; i < COUNT(actions); i++) {
		if (strcmp(actions[i].name, name) == 0) {
			return &actions[i];
		}
	}
	return NULL;
}

/* Takes the option at *word, and its value, which it moves *word to. */
static int take_option(const char *const **word, const char *const *end, struct qemu_arguments *ret,
	struct error *error) {
	const char *option = **word;
	const char *name = option + 1 + (option[1] == '-');
	const struct action *action = find_action(name);
	const char *value = NULL;
	int r;

	if (qemu_option_takes_value(name)) {
		if (++*word == end) {
			return error_set(error, -EINVAL, "%.80s has no value", option);
		}
		value = **word;
		if (strnlen(value, QEMU_ARGUMENT_MAX + 1) > QEMU_ARGUMENT_MAX) {
			return error_set(error, -E2BIG, "the value of %.80s is longer than %zu KiB",
				option, QEMU_ARGUMENT_MAX >> 10);
		}
	}
	r = action ? action->take(ret, value, error) : 0;
	return r < 0 && value ? error_add(error, r, "%s %.200s", option, value) : r;
}

int qemu_arguments_parse(const char *const *arguments, size_t count, struct qemu_arguments *ret,
	struct error *error) {
	struct qemu_arguments found = {0};
	const char *const *end = arguments + count;

	if (count > QEMU_ARGUMENTS_MAX) {
		return error_set(error, -E2BIG, "QEMU's command line has more than %d words",
			QEMU_ARGUMENTS_MAX);
	}
	for (const char *const *word = arguments; word < end; word++) {
		/* Any other word is the name of a disk image. */
		int r = (*word)[0] == '-' ? take_option(&word, end, &found, error) : 0;

		if (r < 0) {
			return r;
		}
	}
	*ret = found;
	return 0;
}
