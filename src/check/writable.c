// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>

#include "check/area.h"
#include "host/hook.h"
#include "setup/door.h"
#include "setup/trust.h"

/* Files that root executes, or that decide what is handed over, and that others can write. */

static void look_path(struct look *look, const char *path, const char *reason) {
	struct trusted end;
	struct error why;

	if (trust_check(look->root, look->on->owner, path, &end, &why) == -EPERM) {
		look_add(look, "writable-by-others", path, why.text, "%s", reason);
		look_at(look, path, 0, NULL);
	}
}

static void look_hooks(struct look *look) {
	AUTO_HOOKS struct hooks hooks = {0};

	look_keep(look, hooks_read(look->root, &hooks, NULL));
	for (size_t i = 0; i < hooks.count; i++) {
		look_path(look, hooks.items[i].path, "is executed as root");
	}
}

static void look_snippets(struct look *look) {
	static const char directory[] = "/var/lib/vz/snippets";
	AUTO_NAMES struct names names = {0};

	if (!door_is_here(look->root, &door_proxmox_place) ||
		names_read(look->root, directory, &names) < 0) {
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		char path[PATH_MAX];

		if (name_format(path, sizeof(path), "%s/%s", directory, names.names[i]) == 0) {
			look_path(look, path, "may be executed as root, by any guest");
		}
	}
}

static void look_configuration(struct look *look) {
	AUTO_FINDINGS struct findings findings = {0};

	door_look_configuration(look->root, look->on->owner, &findings);
	look_take(look, &findings);
}

static void look_all(struct look *look) {
	look_hooks(look);
	look_snippets(look);
	look_configuration(look);
}

static void look_blind(struct look *look) {
	if (look->on->blind) {
		look_add(look, "looked-without-root", "this check", "run it as root",
			"could not see everything: guests, journals and other people's processes are root's to read");
		look_at(look, NULL, 0, NULL);
	}
}

static const struct check checks[] = {
	{"writable-by-others", FINDING_ERROR, look_all},
	{"looked-without-root", FINDING_NOTE, look_blind},
};
const struct check_area writable_area = {checks, COUNT(checks)};
