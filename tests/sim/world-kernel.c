// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's rules: who matches, who probes, what goes along with it. contracts.md C1, C2, C3,
 * C5.
 */
#include "world.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"

#define CLASS_VGA 0x0300

static bool in_ids(const struct world_id *ids, size_t count, const struct identity *identity) {
	for (size_t i = 0; i < count; i++) {
		if (ids[i].vendor == identity->vendor && ids[i].device == identity->device) {
			return true;
		}
	}
	return false;
}

/*
 * pci_match_device: with an override, only the driver of exactly that name; then dynamic ids; then
 * its own table, which for a VFIO driver is only for overrides.
 */
static bool matches(const struct world_driver *driver, const struct world_device *device) {
	if (device->override[0]) {
		return strcmp(device->override, driver->name) == 0;
	}
	if (in_ids(driver->dynamic, driver->dynamic_count, &device->identity)) {
		return true;
	}
	return !driver->vfio && in_ids(driver->ids, driver->id_count, &device->identity);
}

/* Has a guest's process a device of the group? Then no host driver binds there: EBUSY (C2). */
static bool group_is_taken(const struct world *world, int group) {
	for (size_t i = 0; i < world->device_count; i++) {
		const struct world_device *device = &world->devices[i];

		if (device->group == group && device->driver >= 0 &&
			world->drivers[device->driver].vfio && world_in_use(world, (int)i)) {
			return true;
		}
	}
	return false;
}

/* What a graphics driver and, since 6.0, vfio-pci on a VGA device do to the firmware's picture. */
static void remove_framebuffers(struct world *world, int device, bool lost) {
	for (size_t i = 0; i < world->framebuffer_count; i++) {
		struct world_framebuffer *framebuffer = &world->framebuffers[i];

		if (framebuffer->present && framebuffer->device == device) {
			framebuffer->present = false;
			framebuffer->bound = false;
			world->framebuffer_lost |= lost;
		}
	}
}

/* pm_runtime_allow in its probe, pm_runtime_forbid in its remove. */
static bool lets_sleep(const struct world *world, const struct world_driver *driver) {
	return driver->lets_sleep || (driver->vfio && world->version >= 519);
}

int world_bind_finish(struct world *world, int device, int driver) {
	struct world_device *at = &world->devices[device];
	const struct world_driver *by = &world->drivers[driver];

	at->link = at->driver;
	if (!at->present) {
		return -ENODEV;
	}
	if (by->refuses) {
		return -EIO;
	}
	if (!by->vfio && group_is_taken(world, at->group)) {
		return -EBUSY;
	}
	if (by->vfio && at->settings.functions > 0) {
		return -EBUSY;
	}
	if (by->hangs_resized && strcmp(at->settings.bars, at->bars_at_boot) != 0) {
		world_violate(
			world, "%s is given to %s with BARs of another size", at->name, by->name);
	}
	at->driver = driver;
	at->link = driver;
	if (lets_sleep(world, by)) {
		at->settings.may_sleep = true;
	}
	at->generation++;
	world->bindings++;
	if (by->graphics) {
		remove_framebuffers(world, device, false);
	} else if (by->vfio && at->class >> 8 == CLASS_VGA && world->version >= 600) {
		remove_framebuffers(world, device, true);
	}
	world_settle(world);
	return 0;
}

void world_unbind_finish(struct world *world, int device) {
	struct world_device *at = &world->devices[device];

	if (at->driver >= 0 && lets_sleep(world, &world->drivers[at->driver])) {
		at->settings.may_sleep = false;
	}
	world->devices[device].driver = -1;
	world->devices[device].link = -1;
	world->bindings++;
	world_settle(world);
}

/* Is the device kept by somebody for whom its driver waits? A kernel client counts (C5). */
static bool must_wait(const struct world *world, int device) {
	const struct world_device *at = &world->devices[device];
	const struct world_driver *driver = &world->drivers[at->driver];
	int module = world_find_module(world, driver->graphics_module);
	bool client = module >= 0 && world->modules[module].loaded && !driver->client_lets_go;

	return driver->waits_for_users && (client || world_in_use(world, device));
}

int world_unbind(struct world *world, const char *driver, const char *device) {
	int by = world_find_driver(world, driver);
	int at = world_find_device(world, device);

	if (by < 0 || !world->drivers[by].order) {
		return -ENOENT;
	}
	if (at < 0 || world->devices[at].driver != by) {
		return -ENODEV;
	}
	if (must_wait(world, at)) {
		world->devices[at].link = -1;
		return -EINPROGRESS;
	}
	world_unbind_finish(world, at);
	return 0;
}

int world_bind(struct world *world, const char *driver, const char *device) {
	int by = world_find_driver(world, driver);
	int at = world_find_device(world, device);

	if (by < 0 || !world->drivers[by].order) {
		return -ENOENT;
	}
	if (at < 0 || !matches(&world->drivers[by], &world->devices[at])) {
		return -ENODEV;
	}
	if (world->devices[at].driver >= 0) {
		return -EBUSY;
	}
	return world_bind_finish(world, at, by);
}

/* __device_attach: every driver in the order of registration; the first that matches and probes. */
int world_probe(struct world *world, const char *device) {
	int at = world_find_device(world, device);

	if (at < 0) {
		return -ENODEV;
	}
	for (unsigned int order = 1; order <= world->registrations; order++) {
		for (size_t i = 0; i < world->driver_count; i++) {
			if (world->drivers[i].order == order && world->devices[at].driver < 0 &&
				matches(&world->drivers[i], &world->devices[at])) {
				(void)world_bind_finish(world, at, (int)i);
			}
		}
	}
	return 0; /* also when nothing has bound */
}

/* driver_attach: a driver that has come, or got an id, takes every driverless match. */
static void attach(struct world *world, int driver) {
	for (size_t i = 0; i < world->device_count; i++) {
		struct world_device *device = &world->devices[i];

		if (device->present && device->driver < 0 && device->link < 0 &&
			!world_stuck_at(world, device->name) &&
			matches(&world->drivers[driver], device)) {
			(void)world_bind_finish(world, (int)i, driver);
		}
	}
}

int world_override(struct world *world, const char *device, const char *value) {
	int at = world_find_device(world, device);

	if (at < 0) {
		return -ENODEV;
	}
	return name_set(world->devices[at].override, WORLD_NAME_SIZE,
		strcmp(value, VALUE_NONE) == 0 ? "" : value);
}

int world_new_id(struct world *world, const char *driver, uint16_t vendor, uint16_t device) {
	int by = world_find_driver(world, driver);
	struct identity identity = {.vendor = vendor, .device = device};

	if (by < 0 || !world->drivers[by].order) {
		return -ENOENT;
	}
	if (in_ids(world->drivers[by].dynamic, world->drivers[by].dynamic_count, &identity)) {
		return -EEXIST;
	}
	assert(world->drivers[by].dynamic_count < WORLD_IDS);
	world->drivers[by].dynamic[world->drivers[by].dynamic_count++] =
		(struct world_id){vendor, device};
	attach(world, by);
	return 0;
}

int world_remove_id(struct world *world, const char *driver, uint16_t vendor, uint16_t device) {
	int by = world_find_driver(world, driver);
	struct world_id *ids;

	if (by < 0) {
		return -ENOENT;
	}
	ids = world->drivers[by].dynamic;
	for (size_t i = 0; i < world->drivers[by].dynamic_count; i++) {
		if (ids[i].vendor == vendor && ids[i].device == device) {
			ids[i] = ids[--world->drivers[by].dynamic_count];
			return 0;
		}
	}
	return -ENODEV;
}

int world_modprobe(struct world *world, const char *module) {
	int at = world_find_module(world, module);

	if (at < 0) {
		return -ENOENT;
	}
	if (world->modules[at].loaded) {
		return 0;
	}
	if (world->modules[at].needs[0]) {
		int r = world_modprobe(world, world->modules[at].needs);

		if (r < 0) {
			return r;
		}
	}
	world->modules[at].loaded = true;
	for (size_t i = 0; i < world->driver_count; i++) {
		if (strcmp(world->drivers[i].module, module) == 0) {
			world->drivers[i].order = ++world->registrations;
			attach(world, (int)i);
		}
	}
	world_settle(world);
	return 0;
}

static void unregister(struct world *world, int driver) {
	for (size_t i = 0; i < world->device_count; i++) {
		if (world->devices[i].driver == driver) {
			world_unbind_finish(world, (int)i);
		}
	}
	world->drivers[driver].order = 0;
	world->drivers[driver].dynamic_count = 0;
}

int world_rmmod(struct world *world, const char *module) {
	int at = world_find_module(world, module);

	if (at < 0 || !world->modules[at].loaded) {
		return -ENOENT;
	}
	if (world_module_users(world, at) > 0) {
		return -EAGAIN;
	}
	for (size_t i = 0; i < world->driver_count; i++) {
		if (strcmp(world->drivers[i].module, module) == 0) {
			unregister(world, (int)i);
		}
	}
	world->modules[at].loaded = false;
	world_settle(world);
	return 0;
}

int world_console(struct world *world, const char *name, bool bound) {
	char value[VALUE_SIZE];
	int r = world_get(world, FACT_CONSOLE, name, value);

	if (r < 0) {
		return r;
	}
	world->console_bound = bound;
	return 0;
}

int world_framebuffer(struct world *world, const char *name, bool bound) {
	int at = world_find_framebuffer(world, name);

	if (at < 0 || world->framebuffers[at].bound == bound) {
		return at < 0 ? -ENODEV : bound ? -EBUSY : -ENODEV;
	}
	world->framebuffers[at].bound = bound;
	world_settle(world);
	return 0;
}

/* fbcon lives as long as there is a framebuffer of whatever kind; a new one takes the terminals. */
static void settle_console(struct world *world) {
	bool provided = false;

	for (size_t i = 0; i < world->framebuffer_count; i++) {
		provided |= world->framebuffers[i].present && world->framebuffers[i].bound;
	}
	for (size_t i = 0; i < world->device_count; i++) {
		provided |= world_has_node(world, (int)i);
	}
	if (provided != world->console) {
		world->console = provided;
		world->console_bound = provided;
	}
}

/* A login screen opens every card that there is, also one that comes later. */
static void settle_sessions(struct world *world) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		for (size_t k = 0; k < world->device_count; k++) {
			if (world->processes[i].kind == PROCESS_SESSION &&
				world_has_node(world, (int)k)) {
				world_open(world, &world->processes[i], (int)k);
			}
		}
	}
}

/* A service's process opens its device again as soon as there is a host driver for it. */
static void settle_services(struct world *world) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		struct world_process *process = &world->processes[i];
		int holds = process->kind == PROCESS_SERVICE
				    ? world->services[process->service].holds
				    : -1;
		int driver = holds < 0 ? -1 : world->devices[holds].driver;

		if (driver >= 0 && world->devices[holds].link == driver &&
			!world->drivers[driver].vfio) {
			world_open(world, process, holds);
		}
	}
}

void world_settle(struct world *world) {
	settle_console(world);
	settle_sessions(world);
	settle_services(world);
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		struct world_process *process = &world->processes[i];
		int at;

		if (process->kind != PROCESS_WRITER || process->writing != WRITING_STUCK ||
			!process->natural) {
			continue;
		}
		at = world_find_device(world, process->step.subject);
		if (at >= 0 && !must_wait(world, at)) {
			process->kind = PROCESS_NONE;
			world_unbind_finish(world, at);
		}
	}
}
