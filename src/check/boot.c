// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "check/area.h"
#include "check/loader.h"
#include "host/driver/rebinder.h"

/* What gives a card to VFIO when the machine starts, or whenever the card appears. */

static const char *const ids[] = {
	[REBINDER_MODPROBE] = "boot-vfio-modprobe",
	[REBINDER_COMMAND_LINE] = "boot-vfio-argument",
	[REBINDER_UDEV] = "boot-vfio-udev",
	[REBINDER_DRIVERCTL] = "boot-vfio-driverctl",
	[REBINDER_HOOK] = NULL, /* hook.c */
	[REBINDER_UNIT] = "boot-vfio-unit",
};

static const char *find_remedy(const struct look *look, const struct rebinder *rebinder,
	const struct device *device, char ret[LOADER_REMEDY_SIZE]) {
	switch (rebinder->kind) {
	case REBINDER_COMMAND_LINE:
		return loader_remove(look, rebinder->text, ret);
	case REBINDER_DRIVERCTL:
		snprintf(ret, LOADER_REMEDY_SIZE, "driverctl unset-override %s", device->name);
		break;
	case REBINDER_MODPROBE:
		snprintf(ret, LOADER_REMEDY_SIZE,
			"take that line out of %s, then %s, and restart the machine",
			rebinder->path, initramfs_command(look));
		break;
	case REBINDER_UDEV:
		snprintf(ret, LOADER_REMEDY_SIZE,
			"take that line out of %s, then udevadm control --reload", rebinder->path);
		break;
	case REBINDER_HOOK:
	case REBINDER_UNIT:
		snprintf(ret, LOADER_REMEDY_SIZE,
			rebinder->enabled
				? "systemctl disable --now %s"
				: "take that line out of %s, then systemctl daemon-reload",
			rebinder->enabled ? strrchr(rebinder->path, '/') + 1 : rebinder->path);
		break;
	}
	return ret;
}

static void tell(struct look *look, const struct rebinder *rebinder, const struct device *device) {
	const char *id = ids[rebinder->kind];
	char remedy[LOADER_REMEDY_SIZE];

	if (!id || look_has_told(look, id, rebinder->path, rebinder->line)) {
		return;
	}
	look_add(look, id, device->name, find_remedy(look, rebinder, device, remedy),
		rebinder->ids || rebinder->kind == REBINDER_DRIVERCTL
			? "is taken by VFIO when the machine starts, and may be again after each guest, so the host cannot use it"
			: "may be taken from its driver by this");
	look_at(look, rebinder->path, rebinder->line, rebinder->text);
}

static void look_vfio(struct look *look) {
	for (size_t i = 0; i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];
		AUTO_REBINDERS struct rebinders rebinders = {0};

		if (!is_of_card(look->host, device)) {
			continue;
		}
		look_keep(look, rebinders_read(look->root, device, &rebinders));
		for (size_t k = 0; k < rebinders.count; k++) {
			tell(look, &rebinders.all[k], device);
		}
	}
}

/* A card and its twin have the same ids: whoever goes by ids means both. */
static void look_twins(struct look *look) {
	const struct host *host = look->host;

	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];
		AUTO_REBINDERS struct rebinders rebinders = {0};

		if (!is_graphics(device)) {
			continue;
		}
		look_keep(look, rebinders_read_ids(look->root, device, &rebinders));
		for (size_t k = i + 1; rebinders.count > 0 && k < host->device_count; k++) {
			const struct device *other = &host->devices[k];

			if (is_graphics(other) &&
				other->identity.vendor == device->identity.vendor &&
				other->identity.device == device->identity.device) {
				look_add(look, "boot-ids-twins", device->name,
					"take the ids away: baton goes by addresses",
					"has the same ids as %s, so what is configured for one by its ids takes both",
					other->name);
				look_at(look, rebinders.all[0].path, rebinders.all[0].line,
					rebinders.all[0].text);
			}
		}
	}
}

static const struct check checks[] = {
	{"boot-vfio-modprobe", FINDING_WARNING, look_vfio},
	{"boot-vfio-argument", FINDING_WARNING, NULL},
	{"boot-vfio-udev", FINDING_WARNING, NULL},
	{"boot-vfio-driverctl", FINDING_WARNING, NULL},
	{"boot-vfio-unit", FINDING_WARNING, NULL},
	{"boot-ids-twins", FINDING_WARNING, look_twins},
};
const struct check_area boot_area = {checks, COUNT(checks)};
