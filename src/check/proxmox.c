// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check/area.h"
#include "host/driver/taking.h"
#include "setup/door.h"

/* Proxmox VE: where hookscripts stand, and what is there (contracts.md A1, A4). */

#define STORAGES    "/etc/pve/storage.cfg"
#define DATACENTER  "/etc/pve/datacenter.cfg"
#define DEFAULT     "/var/lib/vz"
#define VOLUME_PART ":snippets/"

/* A storage that is a directory: "dir: mine", then indented "path /srv". */
struct storage {
	const char *name;
	bool inside;       /* of its section */
	unsigned int line; /* where it says where snippets are */
	char path[256];
	char snippets[256]; /* below it, if content-dirs says so */
};

static void take_directories(struct storage *storage, const struct source_line *line, char *list) {
	static const char key[] = "snippets=";
	char *rest = list, *word;

	while ((word = strsep(&rest, ", "))) {
		if (text_starts(word, key)) {
			(void)!name_set(
				storage->snippets, sizeof(storage->snippets), word + strlen(key));
			storage->line = line->number;
		}
	}
}

static int look_at_storage(void *context, const struct source_line *line) {
	struct storage *storage = context;
	char *rest = NULL, *key = strtok_r(line->text, " \t", &rest);
	char *value = rest ? rest + strspn(rest, " \t") : NULL;

	if (!value) {
		return 0;
	}
	if (text_ends(key, ":")) {
		storage->inside = strcmp(value, storage->name) == 0;
	} else if (storage->inside && strcmp(key, "path") == 0) {
		(void)!name_set(storage->path, sizeof(storage->path), value);
	} else if (storage->inside && strcmp(key, "content-dirs") == 0) {
		take_directories(storage, line, value);
	}
	return 0;
}

/* "local" is where it is, whatever the file says (parse_config in PVE::Storage::Plugin). */
static struct storage read_storage(struct look *look, const char *name) {
	struct storage storage = {.name = name, .snippets = "snippets"};
	const struct line_reader reader = {look_at_storage, &storage};

	look_keep(look, lines_read(look->root, STORAGES, &reader));
	if (strcmp(name, "local") == 0) {
		(void)!name_set(storage.path, sizeof(storage.path), DEFAULT);
	}
	return storage;
}

static bool is_proxmox(const struct look *look) {
	return door_is_here(look->root, &door_proxmox_place);
}

static void look_local(struct look *look) {
	struct storage local;

	if (!is_proxmox(look)) {
		return;
	}
	local = read_storage(look, "local");
	if (strcmp(local.snippets, "snippets") != 0) {
		look_add(look, "proxmox-storage-local", "the storage local",
			"take snippets out of its content-dirs",
			"has its snippets elsewhere, so guests do not find the hookscript " PROXMOX_VOLUME
			" where baton installs it, and do not start");
		look_at(look, STORAGES, local.line, local.snippets);
	}
}

/* The file of "STORAGE:snippets/NAME"; false: that cannot be said. */
static bool find_script(struct look *look, const char *volume, char *ret, size_t size) {
	const char *part = strstr(volume, VOLUME_PART);
	char name[128];
	struct storage storage;

	if (!part || name_format(name, sizeof(name), "%.*s", (int)(part - volume), volume) < 0) {
		return false;
	}
	storage = read_storage(look, name);
	return storage.path[0] && name_format(ret, size, "%s/%s/%s", storage.path, storage.snippets,
					  part + strlen(VOLUME_PART)) == 0;
}

static void look_script(struct look *look, const struct check_guest *guest) {
	char path[PATH_MAX], remedy[80];
	AUTO_CLOSE int fd = -1;
	struct taking taking = {0};
	struct stat stat;

	if (!find_script(look, guest->hookscript, path, sizeof(path)) ||
		!look_knows(look, DEFAULT)) {
		return;
	}
	fd = path_open(look->root, path, O_PATH);
	if (fd < 0 || fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
		snprintf(remedy, sizeof(remedy),
			"baton install proxmox, or qm set %u --delete hookscript", guest->vmid);
		look_add(look, "proxmox-hookscript-missing", guest->title, remedy,
			"has a hookscript that is not there, and so does not start");
		look_at(look, path, 0, guest->hookscript);
	} else if (!(stat.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH))) {
		look_add(look, "proxmox-hookscript-missing", guest->title,
			look_command(look, "chmod +x %s", path),
			"has a hookscript that may not be executed, and so does not start");
		look_at(look, path, 0, guest->hookscript);
	} else if (strcmp(guest->hookscript, PROXMOX_VOLUME) != 0 &&
		   taking_find(look->root, path, &taking)) {
		look_add(look, "proxmox-hookscript-fights", guest->title,
			"have that script call baton-proxmox-hook with its two arguments, and leave the devices to it",
			"has a hookscript that hands over devices itself");
		look_at(look, path, taking.line, taking.text);
		taking_done(&taking);
	}
}

static void look_guests(struct look *look) {
	for (size_t i = 0; i < look->on->guest_count; i++) {
		const struct check_guest *guest = &look->on->guests[i];
		char remedy[64];

		if (!guest->proxmox) {
			continue;
		}
		if (guest->hookscript) {
			look_script(look, guest);
		} else if (guest->has_devices) {
			snprintf(remedy, sizeof(remedy), "baton install proxmox %u", guest->vmid);
			look_add(look, "proxmox-no-hookscript", guest->title, remedy,
				"gets devices and has no hookscript: Proxmox VE takes them from the host by itself, and never gives them back");
		}
	}
}

static void look_mappings(struct look *look) {
	for (size_t i = 0; i < look->on->guest_count; i++) {
		const struct check_guest *guest = &look->on->guests[i];

		if (guest->mismatch) {
			look_add(look, "proxmox-mapping", guest->title,
				"correct the mapping (Datacenter > Resource Mappings) or the guest's hostpci",
				"cannot have what its configuration says");
			look_at(look, NULL, 0, guest->mismatch);
		}
	}
}

static int look_at_datacenter(void *context, const struct source_line *line) {
	struct look *look = context;

	if (text_starts(line->text, "hookscript:")) {
		look_add(look, "proxmox-datacenter", DATACENTER, "take that line out of it",
			"has an option that there is not: guests alone have a hookscript");
		look_at(look, line->path, line->number, line->text);
	}
	return 0;
}

static void look_datacenter(struct look *look) {
	const struct line_reader reader = {look_at_datacenter, look};

	look_keep(look, lines_read(look->root, DATACENTER, &reader));
}

static const struct check checks[] = {
	{"proxmox-storage-local", FINDING_ERROR, look_local},
	{"proxmox-hookscript-missing", FINDING_ERROR, look_guests},
	{"proxmox-hookscript-fights", FINDING_WARNING, NULL},
	{"proxmox-no-hookscript", FINDING_WARNING, NULL},
	{"proxmox-mapping", FINDING_ERROR, look_mappings},
	{"proxmox-datacenter", FINDING_NOTE, look_datacenter},
};
const struct check_area proxmox_area = {checks, COUNT(checks)};
