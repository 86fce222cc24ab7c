// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "host/driver/rebinder.h"
#include "host/driver/taking.h"
#include "host/lines.h"

/* Services, and what is added to them. */

#define PATH_SIZE 512

/* The administrator's own and those made at run time; a distribution's take no devices. */
static const char *const directories[] = {"/etc/systemd/system", "/run/systemd/system"};

/* systemd.unit(5): directories of what another unit wants. */
static bool is_of_wanted(const char *name) {
	return text_ends(name, ".wants") || text_ends(name, ".requires") ||
	       text_ends(name, ".upholds");
}

/* "vfio.service", or of "card@.service" any "card@NAME.service". */
static bool is_it(const char *entry, const char *unit) {
	size_t length = strcspn(unit, "@");

	return strcmp(entry, unit) == 0 ||
	       (unit[length] == '@' && strncmp(entry, unit, length + 1) == 0 &&
		       text_ends(entry, ".service"));
}

/* Is it among what the units of this directory want? */
static bool is_wanted_in(int root, const char *directory, const char *unit) {
	AUTO_NAMES struct names names = {0};
	bool found = false;

	if (names_read(root, directory, &names) < 0) {
		return false;
	}
	for (size_t i = 0; !found && i < names.count; i++) {
		AUTO_NAMES struct names wanted = {0};
		char path[PATH_SIZE];

		if (!is_of_wanted(names.names[i]) ||
			name_format(path, sizeof(path), "%s/%s", directory, names.names[i]) < 0 ||
			names_read(root, path, &wanted) < 0) {
			continue;
		}
		for (size_t k = 0; !found && k < wanted.count; k++) {
			found = is_it(wanted.names[k], unit);
		}
	}
	return found;
}

/* By its own timer, or whatever else is called as it is. */
static bool is_triggered(int root, const char *directory, const char *unit) {
	static const char *const kinds[] = {"timer", "path", "socket"};
	int length = (int)strcspn(unit, ".");

	for (size_t i = 0; i < COUNT(kinds); i++) {
		char path[PATH_SIZE];

		if (name_format(path, sizeof(path), "%s/%.*s.%s", directory, length, unit,
			    kinds[i]) == 0 &&
			file_exists(root, path)) {
			return true;
		}
	}
	return false;
}

static int look_for_install(void *context, const struct source_line *line) {
	bool *found = context;

	*found = text_starts(line->text, "WantedBy=") || text_starts(line->text, "RequiredBy=");
	return *found;
}

/* Is it meant to be enabled? What is added to a unit is as much in effect as that is. */
static int is_installable(int root, const char *path, bool *ret) {
	const struct line_reader reader = {look_for_install, ret};

	*ret = false;
	return text_ends(path, ".service") ? lines_read(root, path, &reader) : 0;
}

static bool is_enabled(int root, const char *unit) {
	for (size_t i = 0; i < COUNT(directories); i++) {
		if (is_wanted_in(root, directories[i], unit) ||
			is_triggered(root, directories[i], unit)) {
			return true;
		}
	}
	return false;
}

struct reading {
	int root;
	struct rebinders *rebinders;
};

/* ExecStartPre=-/bin/sh -c '...', ExecStop=... */
static int look_at_unit(void *context, const struct source_line *line) {
	struct reading *reading = context;
	const char *command = strchr(line->text, '=');
	bool ids, installable;
	int r;

	if (!text_starts(line->text, "ExecSt") || !command) {
		return 0;
	}
	command += 1 + strspn(command + 1, " \t-@:+!");
	if (!taking_find_in_command(reading->root, command, &ids)) {
		return 0;
	}
	r = is_installable(reading->root, line->path, &installable);
	/* Whoever wants it to run does so by hand. */
	if (r < 0 || (installable && !is_enabled(reading->root, strrchr(line->path, '/') + 1))) {
		return r < 0 ? r : 0;
	}
	return rebinders_add(reading->rebinders, &(struct rebinder){.kind = REBINDER_UNIT,
							 .path = (char *)line->path,
							 .line = line->number,
							 .text = line->text,
							 .ids = ids,
							 .enabled = installable});
}

/* X.service.d/Y.conf */
static int read_drop_ins(int root, const char *directory, const struct line_reader *reader) {
	AUTO_NAMES struct names units = {0};
	int r = 0;

	if (names_read(root, directory, &units) < 0) {
		return 0;
	}
	for (size_t i = 0; r == 0 && i < units.count; i++) {
		char path[PATH_SIZE];
		const char *const places[] = {path};
		const struct drop_ins all = {places, COUNT(places), ".conf"};

		if (text_ends(units.names[i], ".service.d") &&
			name_format(path, sizeof(path), "%s/%s", directory, units.names[i]) == 0) {
			r = lines_read_all(root, &all, reader);
		}
	}
	return r;
}

int rebinders_read_units(int root, struct rebinders *ret) {
	static const struct drop_ins all = {directories, COUNT(directories), ".service"};
	struct reading reading = {root, ret};
	const struct line_reader reader = {look_at_unit, &reading};

	int r = lines_read_all(root, &all, &reader);

	for (size_t i = 0; r == 0 && i < COUNT(directories); i++) {
		r = read_drop_ins(root, directories[i], &reader);
	}
	return r;
}
