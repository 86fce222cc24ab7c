// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/asleep.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/link.h"

#define DEVICES "sys/bus/pci/devices"

/* Bridges behind bridges: Thunderbolt has a dozen. */
#define DEPTH_MAX 64

bool device_sleeps(const struct device *device) {
	return text_starts(device->power_state, "D3") ||
	       strcmp(device->runtime_status, "suspended") == 0;
}

static int compare(const void *address, const void *device) {
	return address_compare(
		*(const struct address *)address, ((const struct device *)device)->address);
}

/* The device's place among the others says what is above it. */
static bool is_below_sleeper(
	int dir, const struct device *device, const struct device *devices, size_t count) {
	struct address way[DEPTH_MAX];
	char link[LINK_SIZE];
	size_t length = link_read(dir, device->name, link, sizeof(link)) < 0
				? 0
				: link_devices(link, way, COUNT(way));

	for (size_t i = 0; i + 1 < length; i++) {
		const struct device *above =
			bsearch(&way[i], devices, count, sizeof(*devices), compare);

		if (above && device_sleeps(above)) {
			return true;
		}
	}
	return false;
}

void asleep_look(int root, struct device *devices, size_t count) {
	AUTO_CLOSE int dir = -1;
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		any |= devices[i].header_type != 0 && device_sleeps(&devices[i]);
	}
	if (!any) {
		return;
	}
	dir = dir_open(root, DEVICES);
	for (size_t i = 0; dir >= 0 && i < count; i++) {
		devices[i].below_sleeper = is_below_sleeper(dir, &devices[i], devices, count);
	}
}
