// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/blacklist.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/driver/modprobe.h"
#include "host/driver/module.h"

#define FILE_MAX_SIZE (1U << 20)

static int add(struct names *names, char *name) {
	module_name_normalize(name);
	return names_add(names, name);
}

int blacklist_parse(char *data, struct names *names) {
	char *rest = data, *line;

	while ((line = strsep(&rest, "\n"))) {
		char *keyword = strtok_r(line, " \t\r", &line);
		char *name = keyword ? strtok_r(NULL, " \t\r", &line) : NULL;

		if (name && strcmp(keyword, "blacklist") == 0) {
			int r = add(names, name);

			if (r < 0) {
				return r;
			}
		}
	}
	return 0;
}

int blacklist_parse_command_line(char *data, struct names *names) {
	static const char key[] = "modprobe.blacklist=";
	char *rest = data, *word;

	while ((word = strsep(&rest, " \t\r\n"))) {
		char *list = text_starts(word, key) ? word + strlen(key) : NULL;
		char *name;

		while ((name = strsep(&list, ","))) {
			int r = *name ? add(names, name) : 0;

			if (r < 0) {
				return r;
			}
		}
	}
	return 0;
}

static int add_line(void *context, const struct source_line *line) {
	return blacklist_parse(line->text, context);
}

int blacklist_read(int root, struct names *ret) {
	AUTO_NAMES struct names names = {0};
	AUTO_FREE char *line = NULL;
	const struct line_reader reader = {add_line, &names};
	int r = modprobe_read(root, &reader);

	if (r < 0) {
		return r;
	}
	if (file_read(root, "proc/cmdline", FILE_MAX_SIZE, &line, NULL) == 0) {
		r = blacklist_parse_command_line(line, &names);
		if (r < 0) {
			return r;
		}
	}
	*ret = names;
	names = (struct names){0};
	return 0;
}

bool blacklist_has(const struct names *names, const char *module) {
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], module) == 0) {
			return true;
		}
	}
	return false;
}
