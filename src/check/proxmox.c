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
#define SNIPPETS    "/snippets/"
#define DEFAULT     "/var/lib/vz"
#define VOLUME_PART ":snippets/"

/* A storage that is a directory: "dir: local", then indented "path /var/lib/vz". */
struct storage {
	const char *name;
	bool inside; /* of its section */
	bool found;
	bool disabled;
	bool moved; /* content-dirs: its snippets stand elsewhere */
	unsigned int line;
	char path[256];
};

static int look_at_storage(void *context, const struct source_line *line) {
	struct storage *storage = context;
	char *rest = NULL, *key = strtok_r(line->text, " \t", &rest);
	const char *value = rest ? rest + strspn(rest, " \t") : "";

	if (text_ends(key, ":")) {
		storage->inside = strcmp(value, storage->name) == 0;
		storage->found |= storage->inside;
		storage->line = storage->inside ? line->number : storage->line;
		return 0;
	}
	if (!storage->inside) {
		return 0;
	}
	if (strcmp(key, "path") == 0) {
		(void)!name_set(storage->path, sizeof(storage->path), value);
	}
	storage->disabled |= strcmp(key, "disable") == 0;
	storage->moved |= strcmp(key, "content-dirs") == 0 && strstr(value, "snippets=");
	return 0;
}

/* Without a file there is the storage "local" all the same (PVE::Storage::Plugin). */
static struct storage read_storage(struct look *look, const char *name) {
	struct storage storage = {.name = name};
	const struct line_reader reader = {look_at_storage, &storage};

	look_keep(look, lines_read(look->root, STORAGES, &reader));
	if (!storage.path[0] && strcmp(name, "local") == 0) {
		storage.found = true;
		(void)!name_set(storage.path, sizeof(storage.path), DEFAULT);
	}
	return storage;
}

static bool is_proxmox(const struct look *look) {
	return door_is_here(look->root, &door_proxmox_place);
}

static void look_local(struct look *look) {
	struct storage local;

	if (!is_proxmox(look) || !file_exists(look->root, STORAGES)) {
		return;
	}
	local = read_storage(look, "local");
	if (local.disabled || local.moved || strcmp(local.path, DEFAULT) != 0) {
		look_add(look, "proxmox-storage-local", "the storage local",
			"pvesm set local --disable 0, with its path " DEFAULT
			" and its snippets where they are by default",
			"is %s, so guests do not find the hookscript " PROXMOX_VOLUME
			" where baton installs it, and do not start",
			local.disabled ? "disabled"
				       : (local.moved ? "one with content-dirs" : "elsewhere"));
		look_at(look, STORAGES, local.line, local.path);
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
	return storage.path[0] && !storage.moved &&
	       name_format(ret, size, "%s" SNIPPETS "%s", storage.path,
		       part + strlen(VOLUME_PART)) == 0;
}

static void look_script(struct look *look, const struct check_guest *guest) {
	char path[PATH_MAX], remedy[PATH_MAX + 16];
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
		snprintf(remedy, sizeof(remedy), "chmod +x %s", path);
		look_add(look, "proxmox-hookscript-missing", guest->title, remedy,
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
