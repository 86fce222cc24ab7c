// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/kernel.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "host/link.h"

#define GRAPHICS "sys/class/graphics"

static bool is_drawn(const struct host *host) {
	for (size_t i = 0; i < host->console_count; i++) {
		if (host->consoles[i].bound &&
			strcmp(host->consoles[i].name, CONSOLE_FRAME_BUFFER) == 0) {
			return true;
		}
	}
	return false;
}

/* fbcon draws on the first framebuffer that there is, unless somebody maps it elsewhere. */
static int find_first(int class, unsigned long long *ret) {
	AUTO_NAMES struct names names = {0};
	unsigned long long first = INT_MAX, number;
	int r = names_read(class, ".", &names);

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		if (text_starts(names.names[i], "fb") &&
			number_parse(names.names[i] + 2, INT_MAX, &number) == 0 && number < first) {
			first = number;
		}
	}
	*ret = first;
	return r == 0 && first == INT_MAX ? -ENOENT : r;
}

static int add_console(int root, const struct host *host, struct holders *holders) {
	AUTO_CLOSE int class = dir_open(root, GRAPHICS);
	struct holder holder = {.kind = HOLDER_CONSOLE, .name = CONSOLE_FRAME_BUFFER};
	char link[LINK_SIZE];
	unsigned long long first;
	int r = class < 0 || !is_drawn(host) ? -ENOENT : find_first(class, &first);

	r = r < 0 ? r : name_format(holder.node, sizeof(holder.node), "fb%llu", first);
	if (r < 0 || link_read(class, holder.node, link, sizeof(link)) < 0 ||
		link_device(link, &holder.device) < 0) {
		return r == -ENOMEM ? r : 0;
	}
	return holders_add(holders, &holder);
}

/* Within a slot they are handed over together, in the right order. */
static int add_consumers(
	const struct host *host, const struct device *device, struct holders *holders) {
	int r = 0;

	for (size_t i = 0; i < device->consumers.count && r == 0; i++) {
		struct holder holder = {.kind = HOLDER_CONSUMER, .device = device->address};
		const struct device *consumer;
		struct address address;

		if (address_parse(device->consumers.names[i], &address) < 0 ||
			address_same_slot(address, device->address)) {
			continue;
		}
		consumer = host_device(host, address);
		if (!consumer || !consumer->driver[0] || consumer->has_vfio_device) {
			continue;
		}
		memcpy(holder.name, consumer->name, sizeof(consumer->name));
		memcpy(holder.node, consumer->name, sizeof(consumer->name));
		memcpy(holder.type, consumer->driver, sizeof(holder.type));
		r = holders_add(holders, &holder);
	}
	return r;
}

/* Is somebody known to use one of the driver's devices? Then these are the uses. */
static bool is_explained(
	const struct host *host, const struct holders *holders, const char *module) {
	for (size_t i = 0; i < holders->count; i++) {
		const struct holder *holder = &holders->holders[i];
		const struct device *device = host_device(host, holder->device);

		if (holder_keeps(holder) && device && strcmp(device->module, module) == 0) {
			return true;
		}
	}
	return false;
}

static int add_module(
	const struct host *host, const struct device *device, struct holders *holders) {
	const struct module *module = host_module(host, device->module);
	struct holder holder = {.kind = HOLDER_MODULE, .device = device->address};

	if (!module || module->references <= (int64_t)module->holders.count ||
		is_explained(host, holders, module->name)) {
		return 0;
	}
	memcpy(holder.name, module->name, sizeof(module->name));
	memcpy(holder.node, module->name, sizeof(module->name));
	return holders_add(holders, &holder);
}

int kernel_users_read(int root, const struct host *host, struct holders *holders) {
	int r = add_console(root, host, holders);

	for (size_t i = 0; i < host->device_count && r == 0; i++) {
		const struct device *device = &host->devices[i];

		if (device_is_bridge(device) || device->has_vfio_device) {
			continue;
		}
		r = add_consumers(host, device, holders);
		r = r < 0 ? r : add_module(host, device, holders);
	}
	return r;
}
