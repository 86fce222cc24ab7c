// SPDX-License-Identifier: GPL-2.0-or-later
/* The snapshot of the simulated machine that reading the real one would give. */
#include "world.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bool is_in_flight(const struct world *world, const char *name) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		const struct world_process *writer = &world->processes[i];

		if (writer->kind == PROCESS_WRITER && writer->writing == WRITING_STUCK &&
			strcmp(writer->step.subject, name) == 0) {
			return true;
		}
	}
	return false;
}

static int fill_device(const struct world *world, size_t index, struct device *ret) {
	const struct world_device *from = &world->devices[index];
	const char *vfio = from->vfio_driver[0] ? from->vfio_driver : "vfio-pci";
	int driver = world_find_driver(world, vfio), r;

	assert(driver >= 0);
	r = address_parse(from->name, &ret->address);
	r = r < 0 ? r : name_set(ret->name, sizeof(ret->name), from->name);
	r = r < 0 ? r : name_set(ret->override, sizeof(ret->override), from->override);
	r = r < 0 ? r : name_set(ret->vfio_driver, sizeof(ret->vfio_driver), vfio);
	r = r < 0 ? r
		  : name_set(ret->vfio_module, sizeof(ret->vfio_module),
			    world->drivers[driver].module);
	if (r == 0 && from->link >= 0) {
		r = name_set(ret->driver, sizeof(ret->driver), world->drivers[from->link].name);
		r = r < 0 ? r
			  : name_set(ret->module, sizeof(ret->module),
				    world->drivers[from->link].module);
	}
	r = r < 0 ? r
		  : name_set(ret->reset_methods, sizeof(ret->reset_methods), from->settings.resets);
	r = r < 0 ? r : name_set(ret->bar_sizes, sizeof(ret->bar_sizes), from->settings.bars);
	ret->may_sleep = from->settings.may_sleep;
	ret->may_lose_power = ret->may_sleep && from->settings.may_lose_power;
	ret->virtual_functions = from->settings.functions;
	ret->is_virtual_function = from->physical[0] != '\0';
	if (r == 0 && ret->is_virtual_function) {
		r = address_parse(from->physical, &ret->physical_function);
	}
	ret->in_flight = is_in_flight(world, from->name);
	ret->identity = from->identity;
	ret->class = from->class;
	ret->header_type = from->bridge;
	ret->group = from->group;
	ret->boot_vga = from->boot_vga;
	ret->has_vfio_device = from->driver >= 0 && world->drivers[from->driver].vfio;
	ret->numa_node = -1;
	return r;
}

static int compare_devices(const void *a, const void *b) {
	const struct device *x = a, *y = b;

	return address_compare(x->address, y->address);
}

static int fill_devices(const struct world *world, struct host *ret) {
	ret->devices = calloc(WORLD_DEVICES, sizeof(ret->devices[0]));
	if (!ret->devices) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < world->device_count; i++) {
		int r = 0;

		if (world->devices[i].present) {
			r = fill_device(world, i, &ret->devices[ret->device_count++]);
		}
		if (r < 0) {
			return r;
		}
	}
	qsort(ret->devices, ret->device_count, sizeof(ret->devices[0]), compare_devices);
	return 0;
}

static int fill_cards(const struct world *world, struct host *ret) {
	ret->cards = calloc(WORLD_DEVICES, sizeof(ret->cards[0]));
	if (!ret->cards) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < world->device_count; i++) {
		struct drm_card *card = &ret->cards[ret->card_count];
		int r = 0;

		if (world_has_node(world, (int)i)) {
			r = name_format(card->name, sizeof(card->name), "card%zu", ret->card_count);
			r = r < 0 ? r : address_parse(world->devices[i].name, &card->device);
			card->framebuffer = true;
			ret->card_count++;
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static int fill_console(
	struct console *console, const char *directory, const char *name, bool bound) {
	int r = name_set(console->directory, sizeof(console->directory), directory);

	console->bound = bound;
	return r < 0 ? r : name_set(console->name, sizeof(console->name), name);
}

static int fill_consoles(const struct world *world, struct host *ret) {
	int r;

	ret->consoles = calloc(2, sizeof(ret->consoles[0]));
	ret->framebuffers = calloc(WORLD_FRAMEBUFFERS, sizeof(ret->framebuffers[0]));
	if (!ret->consoles || !ret->framebuffers) {
		return -ENOMEM;
	}
	r = fill_console(&ret->consoles[ret->console_count++], "vtcon0", "dummy device",
		!world->console_bound);
	if (r == 0 && world->console) {
		r = fill_console(&ret->consoles[ret->console_count++], "vtcon1",
			"frame buffer device", world->console_bound);
	}
	for (size_t i = 0; r == 0 && i < world->framebuffer_count; i++) {
		const struct world_framebuffer *from = &world->framebuffers[i];
		struct framebuffer *to = &ret->framebuffers[ret->framebuffer_count];

		if (!from->present) {
			continue;
		}
		r = name_set(to->name, sizeof(to->name), from->name);
		r = r < 0 ? r
			  : name_set(to->driver, sizeof(to->driver),
				    from->bound ? from->driver : "");
		ret->framebuffer_count++;
	}
	return r;
}

static int compare_modules(const void *a, const void *b) {
	const struct module *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int fill_module(const struct world *world, size_t index, struct module *ret) {
	const struct world_module *from = &world->modules[index];
	int r = name_set(ret->name, sizeof(ret->name), from->name);

	r = r < 0 ? r : name_set(ret->version, sizeof(ret->version), from->version);
	ret->references = (int64_t)world_module_users(world, (int)index);
	for (size_t i = 0; r == 0 && i < world->module_count; i++) {
		if (world->modules[i].loaded && strcmp(world->modules[i].needs, from->name) == 0) {
			r = names_add(&ret->holders, world->modules[i].name);
		}
	}
	return r;
}

static int fill_modules(const struct world *world, struct host *ret) {
	ret->modules = calloc(WORLD_MODULES, sizeof(ret->modules[0]));
	if (!ret->modules) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < world->module_count; i++) {
		int r = 0;

		if (world->modules[i].loaded) {
			r = fill_module(world, i, &ret->modules[ret->module_count++]);
		}
		if (r < 0) {
			return r;
		}
	}
	qsort(ret->modules, ret->module_count, sizeof(ret->modules[0]), compare_modules);
	return 0;
}

static int fill_unit(const char *service, struct holder *ret) {
	bool of_user;
	const char *unit;
	int r = step_read_unit(service, &of_user, &ret->who.uid, &unit);

	if (r < 0 || !of_user) {
		return r < 0 ? r : name_set(ret->who.unit, sizeof(ret->who.unit), unit);
	}
	r = name_format(ret->who.unit, sizeof(ret->who.unit), "user@%u.service", ret->who.uid);
	return r < 0 ? r : name_set(ret->who.user_unit, sizeof(ret->who.user_unit), unit);
}

static int fill_holder(const struct world *world, const struct world_process *process,
	size_t device, struct holder *ret) {
	bool hypervisor = process->kind == PROCESS_HYPERVISOR;
	int r = address_parse(world->devices[device].name, &ret->device);

	ret->kind = HOLDER_PROCESS;
	ret->who.pid = process->id.pid;
	ret->who.start = process->id.start;
	r = r < 0 ? r : name_set(ret->name, sizeof(ret->name), world_process_name(process));
	r = r < 0 ? r : name_set(ret->node, sizeof(ret->node), hypervisor ? "vfio/1" : "dri/card0");
	if (r == 0 && (process->kind == PROCESS_SESSION || process->kind == PROCESS_SERVICE)) {
		r = fill_unit(world->services[process->service].name, ret);
	}
	return r;
}

/* Only who has today's node open: an old one holds no device. */
static int fill_holders(const struct world *world, struct host *ret) {
	ret->holders = calloc(WORLD_PROCESSES * WORLD_DEVICES, sizeof(ret->holders[0]));
	if (!ret->holders) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < WORLD_PROCESSES * world->device_count; i++) {
		const struct world_process *process = &world->processes[i / world->device_count];
		size_t device = i % world->device_count;
		int r = 0;

		if (process->kind != PROCESS_NONE && process->opens[device] &&
			process->generation[device] == world->devices[device].generation &&
			world->devices[device].driver >= 0) {
			r = fill_holder(world, process, device, &ret->holders[ret->holder_count++]);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static int fill(const struct world *world, struct host *ret) {
	int r = name_set(ret->kernel, sizeof(ret->kernel), world->kernel);

	r = r < 0 ? r
		  : name_set(ret->boot_id, sizeof(ret->boot_id),
			    "6f1d4a52-3c8e-4b7a-9d21-0e5f6a7b8c9d");
	ret->iommu = true;
	ret->vfio = true;
	r = r < 0 ? r : fill_devices(world, ret);
	r = r < 0 ? r : fill_cards(world, ret);
	r = r < 0 ? r : fill_consoles(world, ret);
	r = r < 0 ? r : fill_modules(world, ret);
	r = r < 0 ? r : fill_holders(world, ret);
	for (size_t i = 0; r == 0 && i < world->service_count; i++) {
		if (!world->services[i].display_manager) {
			continue;
		}
		r = name_set(ret->display_manager.unit, sizeof(ret->display_manager.unit),
			world->services[i].name);
		r = r < 0 ? r : names_add(&ret->display_manager.units, world->services[i].name);
	}
	return r;
}

int world_host(const struct world *world, struct host *ret) {
	AUTO_HOST struct host host = {0};
	int r = fill(world, &host);

	if (r < 0) {
		return r;
	}
	*ret = host;
	host = (struct host){0};
	return 0;
}
