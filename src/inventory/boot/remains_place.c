// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "inventory/boot/search.h"

/* Whose file it is in which something is found: not every one is an administrator's to change. */

#define PATH_LENGTH   512
#define FILE_MAX_SIZE (1U << 20)

bool search_is_configuration(const char *path) {
	return text_starts(path, "/etc/") || text_starts(path, "/boot/") ||
	       text_starts(path, "/efi/");
}

/* "../modules": how far up it goes; one that goes up later, too, goes too far. */
static size_t count_up(const char *target) {
	size_t up = 0;

	for (; text_starts(target, "../"); target += strlen("../")) {
		up++;
	}
	return strstr(target, "..") ? PATH_LENGTH : up;
}

/* Into what is below /etc, or elsewhere? */
static bool leads_elsewhere(const char *path, const char *target) {
	size_t depth = 0;

	if (*target == '/') {
		return !search_is_configuration(target) || strstr(target, "/..");
	}
	for (const char *c = path; *c; c++) {
		depth += *c == '/';
	}
	return count_up(target) + 2 > depth;
}

/* Programs that switch cards write these for as long as somebody wants it so. */
static const struct maker {
	const char *path;
	const char *sign; /* what is in it; NULL: it is called so by nobody else */
	const char *name, *remedy;
} makers[] = {
	{"/etc/modprobe.d/", "EnvyControl", "EnvyControl", "envycontrol -s hybrid"},
	{"/etc/modprobe.d/supergfxd.conf", NULL, "supergfxctl", "supergfxctl -m Hybrid"},
	{"/etc/modprobe.d/system76-power.conf", NULL, "system76-power",
		"system76-power graphics hybrid"},
};

static const struct maker *find_maker(int root, const char *path) {
	AUTO_FREE char *data = NULL;

	for (size_t i = 0; i < COUNT(makers); i++) {
		const struct maker *maker = &makers[i];

		if (!text_starts(path, maker->path)) {
			continue;
		}
		if (!maker->sign || data ||
			file_read(root, path, FILE_MAX_SIZE, &data, NULL) == 0) {
			if (!maker->sign || strcasestr(data, maker->sign)) {
				return maker;
			}
		}
	}
	return NULL;
}

void search_judge_place(struct search *search, struct remain *added) {
	const struct maker *maker;
	char target[PATH_LENGTH];

	if (!search_is_configuration(added->path)) {
		remain_set(search->remains, added, REMAIN_BY_HAND,
			"that file is a distribution's or made anew at each start: a file of its name in "
			"the directory below /etc comes before it");
		return;
	}
	if (link_read(search->root, added->path + 1, target, sizeof(target)) == 0 &&
		(added->form == REMAIN_FILE || leads_elsewhere(added->path, target))) {
		remain_set(search->remains, added, REMAIN_BY_HAND,
			"it is a link to %s, which may be for others, too: see to it there",
			target);
		return;
	}
	maker = find_maker(search->root, added->path);
	if (maker) {
		remain_set(search->remains, added, REMAIN_BY_HAND,
			"%s has made that file, and keeps it: `%s` takes it away", maker->name,
			maker->remedy);
	}
}
