// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "check/area.h"
#include "check/loader.h"

/* What is loaded or not loaded at boot (inventory/boot): VFIO, and the drivers of cards. */

#define WRONG_DIRECTORY "/etc/initram-fs"

static const char *take_out(
	const struct look *look, const struct boot_line *line, char ret[LOADER_REMEDY_SIZE]) {
	snprintf(ret, LOADER_REMEDY_SIZE, "take that line out of %s, then %s", line->path,
		initramfs_command(look));
	return ret;
}

static void tell(
	struct look *look, const char *id, const struct boot_line *line, const char *reason) {
	char remedy[LOADER_REMEDY_SIZE];

	if (!look_has_told(look, id, line->path, line->number)) {
		look_add(look, id, line->module ? line->module : line->path,
			take_out(look, line, remedy), "%s", reason);
		look_at(look, line->path, line->number, line->text);
	}
}

static bool is_vfio(const struct boot_line *line) {
	return line->module && text_starts(line->module, "vfio");
}

/* A module of which more lives than a card. */
static bool is_shared(const struct boot_line *line) {
	static const char *const modules[] = {"snd_hda_intel", "xhci_hcd", "xhci_pci"};

	for (size_t i = 0; line->module && i < COUNT(modules); i++) {
		if (strcmp(line->module, modules[i]) == 0) {
			return true;
		}
	}
	return false;
}

static void look_at_loaded(struct look *look, const struct boot_line *line) {
	if (!is_vfio(line)) {
		return;
	}
	if (strcmp(line->module, "vfio_virqfd") == 0 && host_kernel_at_least(look->host, 6, 2)) {
		tell(look, "boot-virqfd", line,
			"is no module any more since Linux 6.2, so this fails at each start");
	} else {
		tell(look, "boot-modules", line,
			"is loaded at boot, which is of use only to a card that the host never has");
	}
}

static void look_at_line(struct look *look, const struct boot_line *line) {
	switch (line->kind) {
	case BOOT_LINE_EARLY:
	case BOOT_LINE_INCLUDED:
	case BOOT_LINE_LOADED:
		look_at_loaded(look, line);
		break;
	case BOOT_LINE_IGNORED:
		tell(look, "boot-initramfs-options", line,
			"takes modules and their parameters alone: such a line belongs into a file of /etc/modprobe.d, and does nothing here");
		break;
	case BOOT_LINE_BEFORE:
		tell(look, "boot-softdep", line,
			"is loaded after VFIO by this, which is of use only to a card that the host never has");
		break;
	case BOOT_LINE_BLACKLIST:
	case BOOT_LINE_INSTALL:
		if (is_shared(line) && boot_line_keeps_away(line)) {
			tell(look, "boot-blacklist-shared", line,
				"is not loaded by this, and so is missing to all of the host's devices, not only to the card's");
		} else if (is_vfio(line) && !boot_line_keeps_away(line)) {
			tell(look, "boot-vfio-install", line,
				"is loaded by a command of somebody's, which may give it a card each time");
		}
		break;
	case BOOT_LINE_ALIAS: /* of the devices' own findings */
	case BOOT_LINE_ASSIGNED:
	case BOOT_LINE_WORD:
	case BOOT_LINE_UNKNOWN:
	case BOOT_LINE_OPTIONS:
		break;
	}
}

static void look_lines(struct look *look) {
	for (size_t i = 0; i < look->boot.lines.count; i++) {
		look_at_line(look, &look->boot.lines.all[i]);
	}
}

/* A card that will have no driver, and the line that keeps it from one. */
static void look_blacklist(struct look *look) {
	for (size_t i = 0; i < look->boot.device_count; i++) {
		const struct boot_device *device = &look->boot.devices[i];

		for (size_t k = 0; device->winner == WINNER_NOBODY && k < device->lines.count;
			k++) {
			const struct boot_line *line = &device->lines.all[k];
			char remedy[LOADER_REMEDY_SIZE];

			if (!is_graphics(device->device) || !boot_line_keeps_away(line)) {
				continue;
			}
			look_add(look, "boot-blacklist", device->device->name,
				take_out(look, line, remedy),
				"has no driver on the host once it is started, because %s is not to be loaded: no picture comes back to it",
				line->module ? line->module : "it");
			look_at(look, line->path, line->number, line->text);
		}
	}
}

static void look_wrong_path(struct look *look) {
	AUTO_NAMES struct names names = {0};

	if (names_read(look->root, WRONG_DIRECTORY, &names) == 0 && names.count > 0) {
		look_add(look, "boot-initramfs-path", WRONG_DIRECTORY, "rm -r " WRONG_DIRECTORY,
			"is read by nobody: the directory is called /etc/initramfs-tools");
		look_at(look, WRONG_DIRECTORY, 0, NULL);
	}
}

static const struct check checks[] = {
	{"boot-blacklist", FINDING_WARNING, look_blacklist},
	{"boot-blacklist-shared", FINDING_WARNING, look_lines},
	{"boot-vfio-install", FINDING_WARNING, NULL},
	{"boot-softdep", FINDING_NOTE, NULL},
	{"boot-modules", FINDING_NOTE, NULL},
	{"boot-virqfd", FINDING_WARNING, NULL},
	{"boot-initramfs-options", FINDING_WARNING, NULL},
	{"boot-initramfs-path", FINDING_NOTE, look_wrong_path},
};
const struct check_area modules_area = {checks, COUNT(checks)};
