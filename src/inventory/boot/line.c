// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/line.h"

#include <assert.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "host/driver/module.h"

int boot_lines_add(struct boot_lines *lines, const struct boot_line *line) {
	struct boot_line *larger, *one;

	if (lines->count == BOOT_LINES_MAX) {
		return 0;
	}
	larger = reallocarray(lines->all, lines->count + 1, sizeof(*larger));
	if (!larger) {
		return -ENOMEM;
	}
	lines->all = larger;
	one = &larger[lines->count++];
	*one = (struct boot_line){.kind = line->kind, .number = line->number};
	one->path = strdup(line->path);
	one->text = strdup(line->text);
	one->module = line->module ? strdup(line->module) : NULL;
	if (one->module) {
		module_name_normalize(one->module);
	}
	return one->path && one->text && (one->module || !line->module) ? 0 : -ENOMEM;
}

void boot_lines_free(struct boot_lines *lines) {
	for (size_t i = 0; i < lines->count; i++) {
		free(lines->all[i].path);
		free(lines->all[i].text);
		free(lines->all[i].module);
	}
	free(lines->all);
	*lines = (struct boot_lines){0};
}

const char *boot_line_kind_name(enum boot_line_kind kind) {
	static const char *const names[] = {
		[BOOT_LINE_WORD] = "word",
		[BOOT_LINE_UNKNOWN] = "unknown",
		[BOOT_LINE_EARLY] = "early",
		[BOOT_LINE_INCLUDED] = "included",
		[BOOT_LINE_LOADED] = "loaded",
		[BOOT_LINE_OPTIONS] = "options",
		[BOOT_LINE_BEFORE] = "before",
		[BOOT_LINE_ALIAS] = "alias",
		[BOOT_LINE_BLACKLIST] = "blacklist",
		[BOOT_LINE_INSTALL] = "install",
		[BOOT_LINE_ASSIGNED] = "assigned",
		[BOOT_LINE_IGNORED] = "ignored",
	};

	assert(kind < COUNT(names));
	return names[kind];
}

const struct boot_line *boot_lines_find(
	const struct boot_lines *lines, enum boot_line_kind kind, const char *module) {
	for (size_t i = 0; i < lines->count; i++) {
		const struct boot_line *line = &lines->all[i];

		if (line->kind == kind && line->module && strcmp(line->module, module) == 0) {
			return line;
		}
	}
	return NULL;
}

/* alias pci:v000010DEd00001E84sv*sd*bc*sc*i* vfio-pci, as libkmod matches it */
bool boot_line_fits(const struct boot_line *line, const char *modalias) {
	AUTO_FREE char *copy = strdup(line->text);
	char *rest = NULL, *word = copy ? strtok_r(copy, " \t", &rest) : NULL;
	const char *pattern = word ? strtok_r(NULL, " \t", &rest) : NULL;

	return line->kind == BOOT_LINE_ALIAS && pattern && fnmatch(pattern, modalias, 0) == 0;
}

/* install MODULE /bin/false: what has more to it may load the module all the same. */
static bool does_nothing(const char *line) {
	static const char *const commands[] = {
		"/bin/true", "/bin/false", "/usr/bin/true", "/usr/bin/false", "true", "false", ":"};
	AUTO_FREE char *copy = strdup(line);
	char *rest = NULL, *command;

	if (!copy || !strtok_r(copy, " \t", &rest) || !strtok_r(NULL, " \t", &rest)) {
		return false;
	}
	command = strtok_r(NULL, " \t", &rest);
	if (!command || strtok_r(NULL, " \t", &rest)) {
		return false;
	}
	for (size_t i = 0; i < COUNT(commands); i++) {
		if (strcmp(command, commands[i]) == 0) {
			return true;
		}
	}
	return false;
}

bool boot_line_keeps_away(const struct boot_line *line) {
	return line->kind == BOOT_LINE_BLACKLIST ||
	       (line->kind == BOOT_LINE_INSTALL && does_nothing(line->text));
}
