// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/whereabouts.h"

#include <stdio.h>
#include <string.h>

bool identity_fits(const struct identity *a, const struct identity *b) {
	bool any_subsystem = a->subsystem_vendor == 0 && a->subsystem_device == 0;

	if (a->serial[0] && b->serial[0] && strcmp(a->serial, b->serial) != 0) {
		return false;
	}
	return a->vendor == b->vendor && a->device == b->device &&
	       (any_subsystem || (a->subsystem_vendor == b->subsystem_vendor &&
					 a->subsystem_device == b->subsystem_device));
}

struct whereabouts whereabouts_find(
	const struct host *host, const struct identity *sought, struct address except) {
	struct whereabouts whereabouts = {.sought = *sought};

	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		if (address_compare(device->address, except) == 0 ||
			!identity_fits(sought, &device->identity)) {
			continue;
		}
		if (whereabouts.count == WHEREABOUTS_MAX) {
			whereabouts.more = true;
			break;
		}
		whereabouts.places[whereabouts.count++] = device->address;
	}
	return whereabouts;
}

const char *whereabouts_format(
	const struct whereabouts *whereabouts, char ret[WHEREABOUTS_TEXT_SIZE]) {
	const struct identity *sought = &whereabouts->sought;
	char places[WHEREABOUTS_MAX * (ADDRESS_SIZE + 2)] = "";
	size_t length = 0;

	for (size_t i = 0; i < whereabouts->count; i++) {
		char address[ADDRESS_SIZE];

		length += (size_t)snprintf(places + length, sizeof(places) - length, "%s%s",
			i > 0 ? ", " : "", address_format(whereabouts->places[i], address));
	}
	if (whereabouts->count == 0) {
		snprintf(ret, WHEREABOUTS_TEXT_SIZE, "no %04x:%04x is in this machine now",
			sought->vendor, sought->device);
	} else if (whereabouts->count == 1) {
		snprintf(ret, WHEREABOUTS_TEXT_SIZE, "a %04x:%04x is at %s now", sought->vendor,
			sought->device, places);
	} else {
		snprintf(ret, WHEREABOUTS_TEXT_SIZE, "%04x:%04x are at %s%s now", sought->vendor,
			sought->device, places, whereabouts->more ? " and elsewhere" : "");
	}
	return ret;
}
