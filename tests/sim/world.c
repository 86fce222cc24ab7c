// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* The tests' own names always fit. */
static void put(char *ret, size_t size, const char *value) {
	int r = name_set(ret, size, value);

	assert(r == 0);
}

void world_init(struct world *world, const char *kernel, unsigned int version) {
	memset(world, 0, sizeof(*world));
	put(world->kernel, sizeof(world->kernel), kernel);
	world->version = version;
	world->disk_free = 1 << 20;
}

void world_copy(struct world *to, const struct world *from) {
	memcpy(to, from, offsetof(struct world, journals));
	for (size_t i = 0; i < WORLD_JOURNALS; i++) {
		memcpy(&to->journals[i], &from->journals[i],
			offsetof(struct world_journal, data) + from->journals[i].length);
	}
}

int world_add_module(struct world *world, const char *name, const char *needs) {
	struct world_module *module = &world->modules[world->module_count];

	assert(world->module_count < WORLD_MODULES);
	put(module->name, sizeof(module->name), name);
	put(module->needs, sizeof(module->needs), needs);
	module->vfio = text_starts(name, "vfio") || strstr(name, "_vfio") != NULL;
	return (int)world->module_count++;
}

struct world_driver *world_add_driver(struct world *world, const char *name, const char *module) {
	struct world_driver *driver = &world->drivers[world->driver_count++];

	assert(world->driver_count <= WORLD_DRIVERS);
	put(driver->name, sizeof(driver->name), name);
	put(driver->module, sizeof(driver->module), module);
	if (!module[0]) {
		driver->order = ++world->registrations;
	}
	return driver;
}

void world_add_id(struct world_driver *driver, uint16_t vendor, uint16_t device) {
	assert(driver->id_count < WORLD_IDS);
	driver->ids[driver->id_count++] = (struct world_id){vendor, device};
}

struct world_device *world_add_device(struct world *world, const char *name, uint32_t class,
	uint16_t vendor, uint16_t device, int group) {
	struct world_device *added = &world->devices[world->device_count++];

	assert(world->device_count <= WORLD_DEVICES);
	added->present = true;
	put(added->name, sizeof(added->name), name);
	added->identity = (struct identity){
		.vendor = vendor, .device = device, .subsystem_vendor = 0x1043, .revision = 0xa1};
	added->class = class;
	added->group = group;
	put(added->settings.resets, sizeof(added->settings.resets), "flr");
	added->driver = -1;
	added->link = -1;
	return added;
}

void world_add_function_of(struct world *world, const char *physical) {
	int at = world_find_device(world, physical);

	assert(at >= 0);
	put(world->devices[world->device_count - 1].physical, ADDRESS_SIZE, physical);
	world->devices[at].settings.functions++;
}

void world_add_framebuffer(
	struct world *world, const char *name, const char *driver, const char *device) {
	struct world_framebuffer *added = &world->framebuffers[world->framebuffer_count++];

	assert(world->framebuffer_count <= WORLD_FRAMEBUFFERS);
	added->present = true;
	added->bound = true;
	put(added->name, sizeof(added->name), name);
	put(added->driver, sizeof(added->driver), driver);
	added->device = world_find_device(world, device);
	assert(added->device >= 0);
}

void world_add_service(struct world *world, const char *name, bool display_manager, bool up) {
	struct world_service *added = &world->services[world->service_count++];

	assert(world->service_count <= WORLD_SERVICES);
	put(added->name, sizeof(added->name), name);
	added->display_manager = display_manager;
	added->holds = -1;
	added->up = up;
}

void world_serve(struct world *world, const char *device) {
	assert(world->service_count > 0);
	world->services[world->service_count - 1].holds = world_find_device(world, device);
}

void world_add_program(struct world *world, const char *device) {
	world_open(world, world_fork(world, PROCESS_PROGRAM), world_find_device(world, device));
}

void world_boot(struct world *world) {
	for (size_t i = 0; i < world->module_count; i++) {
		if (world->modules[i].loaded) {
			world->modules[i].loaded = false;
			(void)world_modprobe(world, world->modules[i].name);
		}
	}
	for (size_t i = 0; i < world->device_count; i++) {
		if (world->devices[i].link < 0) {
			(void)world_probe(world, world->devices[i].name);
		}
	}
	world_settle(world);
	for (size_t i = 0; i < world->service_count; i++) {
		if (world->services[i].up) {
			world->services[i].up = false;
			(void)world_service(world, world->services[i].name, true, false);
		}
	}
}

int world_find_device(const struct world *world, const char *name) {
	for (size_t i = 0; i < world->device_count; i++) {
		if (world->devices[i].present && strcmp(world->devices[i].name, name) == 0) {
			return (int)i;
		}
	}
	return -1;
}

int world_find_driver(const struct world *world, const char *name) {
	for (size_t i = 0; i < world->driver_count; i++) {
		if (strcmp(world->drivers[i].name, name) == 0) {
			return (int)i;
		}
	}
	return -1;
}

int world_find_module(const struct world *world, const char *name) {
	for (size_t i = 0; i < world->module_count; i++) {
		if (strcmp(world->modules[i].name, name) == 0) {
			return (int)i;
		}
	}
	return -1;
}

int world_find_service(const struct world *world, const char *name) {
	for (size_t i = 0; i < world->service_count; i++) {
		if (strcmp(world->services[i].name, name) == 0) {
			return (int)i;
		}
	}
	return -1;
}

int world_find_framebuffer(const struct world *world, const char *name) {
	for (size_t i = 0; i < world->framebuffer_count; i++) {
		if (world->framebuffers[i].present &&
			strcmp(world->framebuffers[i].name, name) == 0) {
			return (int)i;
		}
	}
	return -1;
}

bool world_has_node(const struct world *world, int device) {
	const struct world_device *at = &world->devices[device];
	const char *module;
	int found;

	if (!at->present || at->driver < 0 || at->link != at->driver ||
		!world->drivers[at->driver].graphics) {
		return false;
	}
	module = world->drivers[at->driver].graphics_module;
	found = world_find_module(world, module);
	return !module[0] || (found >= 0 && world->modules[found].loaded);
}

bool world_in_use(const struct world *world, int device) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		const struct world_process *process = &world->processes[i];

		if (process->kind != PROCESS_NONE && process->opens[device] &&
			process->generation[device] == world->devices[device].generation) {
			return true;
		}
	}
	return false;
}

/* Does an open node of the driver pin the module? */
static bool pins(const struct world_driver *driver, const char *module) {
	return strcmp(driver->module, module) == 0 || strcmp(driver->graphics_module, module) == 0;
}

size_t world_module_users(const struct world *world, int module) {
	const char *name = world->modules[module].name;
	size_t users = 0;

	for (size_t i = 0; i < world->module_count; i++) {
		users += world->modules[i].loaded && strcmp(world->modules[i].needs, name) == 0;
	}
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		const struct world_process *process = &world->processes[i];

		for (size_t k = 0; process->kind != PROCESS_NONE && k < world->device_count; k++) {
			users += process->opens[k] && process->through[k] >= 0 &&
				 pins(&world->drivers[process->through[k]], name);
		}
	}
	return users;
}

void world_violate(struct world *world, const char *format, ...) {
	va_list args;

	if (world->violation[0]) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(world->violation, sizeof(world->violation), format, args);
	va_end(args);
}

static const char *console_name(void) {
	return "frame buffer device";
}

static int get_device(
	const struct world *world, enum fact fact, const char *subject, const char **ret) {
	int at = world_find_device(world, subject);

	if (at < 0) {
		return -ENODEV;
	}
	if (fact == FACT_OVERRIDE) {
		*ret = world->devices[at].override;
	} else {
		int link = world->devices[at].link;

		*ret = link < 0 ? "" : world->drivers[link].name;
	}
	return 0;
}

static int get_process(const struct world *world, const char *subject, const char **ret) {
	/* Only looked at. */
	const struct world_process *process = world_process_of((struct world *)world, subject);

	*ret = process ? world_process_name(process) : VALUE_NONE;
	return 0;
}

static int get_other(
	const struct world *world, enum fact fact, const char *subject, const char **ret) {
	int at;

	if (fact == FACT_MODULE) {
		at = world_find_module(world, subject);
		*ret = at >= 0 && world->modules[at].loaded ? VALUE_LOADED : VALUE_NONE;
		return 0;
	}
	if (fact == FACT_SERVICE) {
		at = world_find_service(world, subject);
		*ret = at >= 0 && world->services[at].up ? VALUE_UP : VALUE_DOWN;
		return 0;
	}
	if (fact == FACT_PROCESS) {
		return get_process(world, subject, ret);
	}
	if (fact == FACT_CONSOLE) {
		*ret = world->console_bound ? VALUE_BOUND : VALUE_NONE;
		return world->console && strcmp(subject, console_name()) == 0 ? 0 : -ENODEV;
	}
	at = world_find_framebuffer(world, subject);
	if (at < 0) {
		return -ENODEV;
	}
	*ret = world->framebuffers[at].bound ? world->framebuffers[at].driver : VALUE_NONE;
	return 0;
}

static bool is_setting(enum fact fact) {
	return fact == FACT_POWER || fact == FACT_D3COLD || fact == FACT_RESET_METHOD ||
	       fact == FACT_BAR_SIZE || fact == FACT_VF_COUNT;
}

int world_get(
	const struct world *world, enum fact fact, const char *subject, char ret[VALUE_SIZE]) {
	bool device = fact == FACT_DRIVER || fact == FACT_OVERRIDE;
	const char *value = "";
	int at = is_setting(fact) ? world_find_device(world, subject) : -1;
	int r;

	if (is_setting(fact)) {
		if (at >= 0) {
			world_get_setting(&world->devices[at].settings, fact, ret);
		}
		return at < 0 ? -ENODEV : 0;
	}
	r = device ? get_device(world, fact, subject, &value)
		   : get_other(world, fact, subject, &value);
	if (r < 0) {
		return r;
	}
	return name_set(ret, VALUE_SIZE, value[0] ? value : VALUE_NONE);
}

struct world_journal *world_journal(struct world *world, const char *guest) {
	for (size_t i = 0; i < WORLD_JOURNALS; i++) {
		if (world->journals[i].present && strcmp(world->journals[i].guest, guest) == 0) {
			return &world->journals[i];
		}
	}
	return NULL;
}
