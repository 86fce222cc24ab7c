// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "check/area.h"
#include "inventory/detail.h"

#define GIB_4 ((uint64_t)4 << 30)
#define MIB   ((uint64_t)1 << 20)

/* What the firmware and the machine make of a card: where its BARs stand, outputs, power. */

#define DEVICES "/sys/bus/pci/devices"

static void look_at_file(
	struct look *look, const struct device *device, const char *name, const char *value) {
	char path[96];

	if (name_format(path, sizeof(path), DEVICES "/%s/%s", device->name, name) == 0) {
		look_at(look, path, 0, value);
	}
}

/* Reading the sizes wakes the device, which nobody has asked for. */
static bool may_be_asked(const struct device *device) {
	return strcmp(device->power_state, "D0") == 0;
}

/* The largest size that the BAR could have; 0: not known. */
static uint64_t read_largest(int root, const struct device *device, unsigned int bar) {
	uint64_t sizes;
	char path[96];

	if (name_format(path, sizeof(path), DEVICES "/%s/resource%u_resize", device->name, bar) <
			0 ||
		file_read_number(root, path, 16, &sizes) < 0 || sizes == 0) {
		return 0;
	}
	return MIB << (63 - __builtin_clzll(sizes));
}

static bool stands_high(const struct detail *detail) {
	for (size_t i = 0; i < detail->bar_count; i++) {
		if (detail->bars[i].start >= GIB_4) {
			return true;
		}
	}
	return false;
}

static void look_at_size(
	struct look *look, const struct device *device, const struct detail *detail, size_t index) {
	const struct bar *bar = &detail->bars[index];
	uint64_t largest = read_largest(look->root, device, bar->index);
	char value[96];

	if (largest <= bar->size) {
		return;
	}
	snprintf(value, sizeof(value), "BAR %u has %llu MiB and could have %llu MiB", bar->index,
		(unsigned long long)(bar->size / MIB), (unsigned long long)(largest / MIB));
	if (stands_high(detail)) {
		look_add(look, "resizable-bar", device->name,
			"switch Resizable BAR on in the firmware's settings",
			"shows less of its memory at once than it could");
	} else {
		look_add(look, "above-4g-off", device->name,
			"switch Above 4G Decoding on in the firmware's settings",
			"has all of its memory below 4 GiB, where there is no room to show more of it");
	}
	look_at(look, NULL, 0, value);
}

static void look_at_bars(
	struct look *look, const struct device *device, const struct detail *detail) {
	bool told = false;

	for (size_t i = 0; i < detail->bar_count; i++) {
		const struct bar *bar = &detail->bars[i];

		if (bar->kind != BAR_IO && bar->index < 6 && bar->start == 0 && bar->size > 0 &&
			!told) {
			look_add(look, "bar-without-room", device->name,
				"switch Above 4G Decoding on in the firmware's settings, or boot with pci=realloc",
				"has memory for which the firmware found no room, so no driver can use it, the guest's neither");
			look_at_file(look, device, "resource", NULL);
			told = true;
		} else if (bar->resizable && may_be_asked(device)) {
			look_at_size(look, device, detail, i);
		}
	}
}

static void look_bars(struct look *look) {
	struct detail *details = NULL;
	size_t count = 0;

	look_keep(look, details_read(look->root, look->host, &details, &count));
	for (size_t i = 0; i < count; i++) {
		if (is_graphics(&look->host->devices[i])) {
			look_at_bars(look, &look->host->devices[i], &details[i]);
		}
	}
	details_free(details, count);
}

/* All ones is what the bus answers in place of a device that does not. */
static void look_lost(struct look *look) {
	for (size_t i = 0; i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];
		bool silent = device->identity.vendor == 0xffff ||
			      strcmp(device->power_state, "error") == 0 ||
			      (strcmp(device->power_state, "unknown") == 0 &&
				      device->runtime_status[0] == '\0');

		if (is_of_card(look->host, device) && silent) {
			look_add(look, "card-silent", device->name,
				"switch the machine off and on; boot with vfio-pci.disable_idle_d3=1 if it happens again",
				"does not answer any more: it has not come back from sleep or from a reset");
			look_at_file(look, device, "power_state", device->power_state);
		}
	}
}

/* Types of enclosures that have a battery (SMBIOS 7.4.1). */
static bool is_laptop(const struct look *look) {
	static const char *const types[] = {"8", "9", "10", "14", "31", "32"};
	char line[16];

	if (!look_line(look, "/sys/class/dmi/id/chassis_type", line, sizeof(line))) {
		return false;
	}
	for (size_t i = 0; i < COUNT(types); i++) {
		if (strcmp(types[i], line) == 0) {
			return true;
		}
	}
	return false;
}

static void look_muxless(struct look *look) {
	for (size_t i = 0; is_laptop(look) && i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];
		const struct drm_card *card = host_card(look->host, device->address);

		if (is_graphics(device) && card && card->connector_count == 0) {
			look_add(look, "card-no-outputs", device->name,
				"look at the guest from the host (Looking Glass, SPICE), or give it the other card",
				"has no sockets of its own, as in laptops without a switch for the picture: what a guest draws on it appears nowhere");
			look_at(look, NULL, 0, card->name);
		}
	}
}

/* What brings some cards back is a sleep of the machine. */
static void look_sleep(struct look *look) {
	char line[128];

	if (!look_line(look, "/sys/power/state", line, sizeof(line)) || strstr(line, "mem")) {
		return;
	}
	for (size_t i = 0; i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];

		for (size_t k = 0; is_graphics(device) && k < problem_count; k++) {
			if (strstr(problems[k].remedy, "rtcwake") &&
				problem_is_of(&problems[k], look->host, device, false)) {
				look_add(look, "sleep-missing", device->name,
					"switch S3 on in the firmware's settings",
					"may only come back from a guest when the host sleeps for a second, and this host cannot");
				look_at(look, "/sys/power/state", 0, line);
			}
		}
	}
}

static const struct check checks[] = {
	{"bar-without-room", FINDING_ERROR, look_bars},
	{"resizable-bar", FINDING_NOTE, NULL},
	{"above-4g-off", FINDING_NOTE, NULL},
	{"card-silent", FINDING_ERROR, look_lost},
	{"card-no-outputs", FINDING_NOTE, look_muxless},
	{"sleep-missing", FINDING_NOTE, look_sleep},
};
const struct check_area card_area = {checks, COUNT(checks)};
