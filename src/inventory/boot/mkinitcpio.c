// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/mkinitcpio.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/lines.h"

#define DROP_INS  "/etc/mkinitcpio.conf.d"
#define PRESETS   "/etc/mkinitcpio.d"
#define FILES_MAX 1024

static int add_once(struct names *names, const char *path) {
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], path) == 0) {
			return 0;
		}
	}
	return names->count == FILES_MAX ? 0 : names_add(names, path);
}

static int add_drop_ins(int root, struct names *ret) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(root, DROP_INS, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		char path[512];

		if (text_ends(names.names[i], ".conf") &&
			name_format(path, sizeof(path), DROP_INS "/%s", names.names[i]) == 0) {
			r = add_once(ret, path);
		}
	}
	return r;
}

/* ALL_config="/etc/mkinitcpio-lts.conf": a path that needs no shell. */
static int add_config(void *context, const struct source_line *line) {
	static const char key[] = "_config=";
	const char *found = strstr(line->text, key);
	char *path = found ? line->text + (found - line->text) + strlen(key) : NULL;
	char *end;

	if (!path || strcspn(line->text, " \t\"'$") < (size_t)(path - line->text)) {
		return 0;
	}
	if (*path == '"' || *path == '\'') {
		end = strchr(path + 1, *path);
		path++;
	} else {
		end = path + strcspn(path, " \t");
	}
	if (!end || *path != '/') {
		return 0;
	}
	*end = '\0';
	return strpbrk(path, "$`\\*?") ? 0 : add_once(context, path);
}

int mkinitcpio_files(int root, struct names *ret) {
	static const char *const directories[] = {PRESETS};
	static const struct drop_ins presets = {directories, COUNT(directories), ".preset"};
	const struct line_reader reader = {.found = add_config, .context = ret};
	int r = add_once(ret, MKINITCPIO);

	r = r < 0 ? r : add_drop_ins(root, ret);
	return r < 0 ? r : lines_read_all(root, &presets, &reader);
}

bool mkinitcpio_has_presets(int root) {
	AUTO_NAMES struct names names = {0};
	bool found = false;

	if (names_read(root, PRESETS, &names) == 0) {
		for (size_t i = 0; i < names.count; i++) {
			found |= text_ends(names.names[i], ".preset");
		}
	}
	return found;
}
