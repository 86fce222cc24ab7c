// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's rules of what a device is told besides its driver: contracts.md C1. */
#include "world.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void world_get_setting(
	const struct world_settings *settings, enum fact fact, char ret[VALUE_SIZE]) {
	const char *value = "";
	int r;

	if (fact == FACT_VF_COUNT) {
		r = name_format(ret, VALUE_SIZE, "%u", settings->functions);
		assert(r == 0);
		return;
	}
	if (fact == FACT_POWER) {
		value = settings->may_sleep ? VALUE_AUTO : VALUE_ON;
	} else if (fact == FACT_D3COLD) {
		value = settings->may_lose_power ? VALUE_ALLOWED : VALUE_NONE;
	} else if (fact == FACT_RESET_METHOD) {
		value = settings->resets;
	} else {
		value = settings->bars;
	}
	r = name_set(ret, VALUE_SIZE, value[0] ? value : VALUE_NONE);
	assert(r == 0);
}

/* All at once, whoever has one of them open; new ones get the driver that the kernel gives them. */
void world_settle_functions(struct world *world, const struct world_device *physical) {
	unsigned int count = physical->present ? physical->settings.functions : 0;

	for (size_t i = 0; i < world->device_count; i++) {
		struct world_device *function = &world->devices[i];

		if (strcmp(function->physical, physical->name) != 0) {
			continue;
		}
		if (count == 0 && function->driver >= 0) {
			world_unbind_finish(world, (int)i);
		}
		if (function->present != (count > 0)) {
			function->override[0] = '\0';
			function->present = count > 0;
			(void)world_probe(world, function->name);
		}
		count -= count > 0;
	}
}

/* sriov_numvfs: the driver's own work, and from some to some other number only through none. */
static int set_functions(struct world *world, struct world_device *device, const char *value) {
	unsigned int count = (unsigned int)strtoul(value, NULL, 10);

	if (device->driver < 0 || !world->drivers[device->driver].makes_functions) {
		return -ENOENT;
	}
	if (count > 0 && device->settings.functions > 0) {
		return -EBUSY;
	}
	device->settings.functions = count;
	world_settle_functions(world, device);
	return 0;
}

static void set_power(struct world *world, struct world_device *device, bool may_sleep) {
	if (may_sleep && device->falls_asleep && device->driver >= 0 &&
		world->drivers[device->driver].vfio) {
		world_violate(world, "%s is let fall asleep for good", device->name);
	}
	device->settings.may_sleep = may_sleep;
}

int world_setting(struct world *world, enum fact fact, const char *device, const char *value) {
	int at = world_find_device(world, device);
	struct world_settings *settings = &world->devices[at < 0 ? 0 : at].settings;

	if (at < 0) {
		return -ENODEV;
	}
	if (fact == FACT_POWER) {
		set_power(world, &world->devices[at], strcmp(value, VALUE_AUTO) == 0);
		return 0;
	}
	if (fact == FACT_D3COLD) {
		settings->may_lose_power = strcmp(value, VALUE_ALLOWED) == 0;
		return 0;
	}
	if (fact == FACT_RESET_METHOD) {
		return name_set(settings->resets, sizeof(settings->resets), value);
	}
	if (fact == FACT_BAR_SIZE) {
		return world->devices[at].driver >= 0
			       ? -EBUSY
			       : name_set(settings->bars, sizeof(settings->bars), value);
	}
	return set_functions(world, &world->devices[at], value);
}
