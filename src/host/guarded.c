// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/guarded.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/aside.h"
#include "base/text.h"
#include "host/attribute.h"
#include "host/serial.h"

#define DEVICES "sys/bus/pci/devices"

/* How long the kernel may keep silent about a device before we go on without its answer. */
#define PATIENCE_MS 125
#define LIMIT_MS    10000

struct guarded {
	char override[DRIVER_SIZE];
	char serial[SERIAL_SIZE];
};

struct guarded_context {
	int root;
	const struct device *devices;
};

static void read_guarded(void *context, size_t index, void *ret_value) {
	const struct guarded_context *all = context;
	const struct device *device = &all->devices[index];
	struct guarded *value = ret_value;
	char path[sizeof(DEVICES "/") + ADDRESS_SIZE];
	AUTO_CLOSE int dir = -1;

	if (device->in_flight) {
		return; /* a reader that is known to get stuck is none */
	}
	if (name_format(path, sizeof(path), DEVICES "/%s", device->name) < 0) {
		return;
	}
	dir = dir_open(all->root, path);
	if (dir < 0) {
		return;
	}
	attribute_read_if_any(dir, "driver_override", value->override, sizeof(value->override));
	if (strcmp(value->override, "(null)") == 0) {
		value->override[0] = '\0'; /* what the kernel's printf makes of none */
	}
	/* Reading config would wake it up, and nobody wants that from being looked at (asleep.h).
	 */
	if (!device_is_bridge(device) && strcmp(device->power_state, "D3cold") != 0 &&
		!device->below_sleeper && serial_read(dir, value->serial) < 0) {
		value->serial[0] = '\0';
	}
}

static void fill(struct device *device, const struct guarded *value) {
	memcpy(device->override, value->override, DRIVER_SIZE);
	memcpy(device->identity.serial, value->serial, SERIAL_SIZE);
}

int guarded_read(int root, struct device *devices, size_t count) {
	struct guarded_context context = {.root = root, .devices = devices};
	struct aside aside = {
		.read = read_guarded,
		.context = &context,
		.size = sizeof(struct guarded),
		.root = root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS,
	};
	AUTO_FREE struct guarded *values = calloc(count + 1, sizeof(*values));
	AUTO_FREE bool *answered = calloc(count + 1, sizeof(*answered));
	int r;

	if (!values || !answered) {
		return -ENOMEM;
	}
	r = aside_read(&aside, count, values, answered);
	if (r < 0) {
		return r;
	}
	for (size_t i = 0; i < count; i++) {
		fill(&devices[i], &values[i]);
		devices[i].in_flight |= !answered[i];
	}
	return 0;
}

void guarded_read_here(int root, struct device *device) {
	struct guarded_context context = {.root = root, .devices = device};
	struct guarded value = {0};

	read_guarded(&context, 0, &value);
	fill(device, &value);
}
