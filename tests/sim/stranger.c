// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Somebody else, who knows nothing of baton: between any two operations he does one thing to the
 * first device that is handed over, and what he did himself is not baton's to put back.
 */
#include "trial.h"

#include <string.h>

static const char *const names[STRANGER_DEEDS] = {
	"takes the device for a driver of his own",
	"starts the display manager",
	"stops the display manager",
	"opens the card",
	"puts another device into the slot",
	"pulls the device out",
	"fills the disk",
	"gives the device's ids to vfio-pci",
	"loads the modules that were there",
};

const char *stranger_name(unsigned int deed) {
	return names[deed];
}

static const char *target(const struct trial *trial) {
	return trial->scenario->given[0];
}

/* What becomes of the device is his business from now on. */
static void except_device(struct trial *trial) {
	static const char *const facts[] = {"driver", "override", "node", "screen", "present"};

	for (size_t i = 0; i < COUNT(facts); i++) {
		exceptions_add(&trial->exceptions, facts[i], target(trial));
	}
	exceptions_add(&trial->exceptions, "console", "frame buffer device");
	trial->robbed = true;
	for (size_t i = 0; i < trial->world.framebuffer_count; i++) {
		exceptions_add(
			&trial->exceptions, "framebuffer", trial->world.framebuffers[i].name);
	}
}

static bool take(struct trial *trial) {
	struct world *world = &trial->world;
	int at = world_find_device(world, target(trial));
	int driver;

	if (at < 0 || world_stuck_at(world, target(trial)) || world_in_use(world, at)) {
		return false;
	}
	driver = world->devices[at].driver;
	if (driver >= 0 && world_unbind(world, world->drivers[driver].name, target(trial)) < 0) {
		return false;
	}
	(void)world_override(world, target(trial), "pci-stub");
	(void)world_bind(world, "pci-stub", target(trial));
	except_device(trial);
	return true;
}

static void except_display_manager(struct trial *trial, const char *service) {
	exceptions_add(&trial->exceptions, "service", service);
	for (size_t i = 0; i < trial->world.device_count; i++) {
		exceptions_add(&trial->exceptions, "screen", trial->world.devices[i].name);
	}
}

static bool switch_display_manager(struct trial *trial, bool up) {
	struct world *world = &trial->world;

	for (size_t i = 0; i < world->service_count; i++) {
		if (world->services[i].display_manager && world->services[i].up != up) {
			(void)world_service(world, world->services[i].name, up, false);
			if (!up) {
				except_display_manager(trial, world->services[i].name);
			}
			return true;
		}
	}
	return false;
}

static bool open_card(struct trial *trial) {
	struct world *world = &trial->world;
	int at = world_find_device(world, target(trial));

	if (at < 0 || !world_has_node(world, at)) {
		return false;
	}
	world_open(world, world_fork(world, PROCESS_STRANGER), at);
	return true;
}

static bool remove_device(struct trial *trial, bool replace) {
	struct world *world = &trial->world;
	int at = world_find_device(world, target(trial));
	struct world_device *device;

	if (at < 0 || world_stuck_at(world, target(trial)) || world_in_use(world, at)) {
		return false;
	}
	device = &world->devices[at];
	if (device->driver >= 0) {
		world_unbind_finish(world, at);
	}
	device->override[0] = '\0';
	device->present = replace;
	if (replace) {
		device->identity.vendor = 0x8086;
		device->identity.device = 0x1533;
		(void)world_probe(world, device->name);
	}
	except_device(trial);
	return true;
}

/* The hypervisor's own way (contracts.md A5): every driverless match goes at once. */
static bool give_ids(struct trial *trial) {
	struct world *world = &trial->world;
	int at = world_find_device(world, target(trial)), before;

	if (at < 0) {
		return false;
	}
	before = world->devices[at].driver;
	if (world_new_id(world, "vfio-pci", world->devices[at].identity.vendor,
		    world->devices[at].identity.device) < 0) {
		return false;
	}
	if (world->devices[at].driver != before) {
		except_device(trial);
	}
	return true;
}

static bool load_modules(struct trial *trial) {
	struct world *world = &trial->world;
	bool any = false;

	for (size_t i = 0; i < world->module_count; i++) {
		if (trial->before.modules[i].loaded && !world->modules[i].loaded &&
			!world_stuck_at(world, world->modules[i].name)) {
			any |= world_modprobe(world, world->modules[i].name) == 0;
		}
	}
	return any;
}

bool stranger_act(struct trial *trial, unsigned int deed) {
	switch (deed) {
	case 0:
		return take(trial);
	case 1:
		return switch_display_manager(trial, true);
	case 2:
		return switch_display_manager(trial, false);
	case 3:
		return open_card(trial);
	case 4:
		return remove_device(trial, true);
	case 5:
		return remove_device(trial, false);
	case 6:
		trial->world.disk_free = 0;
		return true;
	case 7:
		return give_ids(trial);
	default:
		return load_modules(trial);
	}
}
