// SPDX-License-Identifier: GPL-2.0-or-later
#include "stranger.h"

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
	"gives the device an override of his own",
	"opens a virtual function of the device",
};

const char *stranger_name(unsigned int deed) {
	return names[deed];
}

static void except_facts(struct stranger *stranger, const char *device) {
	static const char *const facts[] = {"driver", "override", "node", "screen", "present",
		"power", "d3cold", "reset-method", "bar-size", "vf-count"};

	for (size_t i = 0; i < COUNT(facts); i++) {
		exceptions_add(stranger->exceptions, facts[i], device);
	}
}

/* What becomes of the device, and of what is a part of it, is his business from now on. */
static void except_device(struct stranger *stranger, const char *device) {
	except_facts(stranger, device);
	for (size_t i = 0; i < stranger->world->device_count; i++) {
		const struct world_device *other = &stranger->world->devices[i];

		if (strcmp(other->physical, device) == 0) {
			except_facts(stranger, other->name);
		}
	}
	exceptions_add(stranger->exceptions, "console", "frame buffer device");
	stranger->robbed = true;
	for (size_t i = 0; i < stranger->world->framebuffer_count; i++) {
		exceptions_add(
			stranger->exceptions, "framebuffer", stranger->world->framebuffers[i].name);
	}
}

static bool take(struct stranger *stranger) {
	struct world *world = stranger->world;
	int at = world_find_device(world, stranger->target);
	int driver;

	if (at < 0 || world_stuck_at(world, stranger->target) || world_in_use(world, at)) {
		return false;
	}
	driver = world->devices[at].driver;
	if (driver >= 0 && world_unbind(world, world->drivers[driver].name, stranger->target) < 0) {
		return false;
	}
	(void)world_override(world, stranger->target, "pci-stub");
	(void)world_bind(world, "pci-stub", stranger->target);
	except_device(stranger, stranger->target);
	stranger->took = world->devices[at].driver >= 0;
	return true;
}

static void except_display_manager(struct stranger *stranger, const char *service) {
	exceptions_add(stranger->exceptions, "service", service);
	for (size_t i = 0; i < stranger->world->device_count; i++) {
		exceptions_add(stranger->exceptions, "screen", stranger->world->devices[i].name);
	}
}

static bool switch_display_manager(struct stranger *stranger, bool up) {
	struct world *world = stranger->world;

	for (size_t i = 0; i < world->service_count; i++) {
		if (world->services[i].display_manager && world->services[i].up != up) {
			(void)world_service(world, world->services[i].name, up, false);
			if (up) {
				stranger->started = true;
			} else {
				except_display_manager(stranger, world->services[i].name);
			}
			return true;
		}
	}
	return false;
}

/* Its driver has nodes of its own, besides those of DRM. */
static bool is_nvidias(const struct world *world, int device) {
	int driver = world->devices[device].driver;

	return driver >= 0 && strcmp(world->drivers[driver].name, "nvidia") == 0;
}

static bool open_card(struct stranger *stranger) {
	struct world *world = stranger->world;
	int at = world_find_device(world, stranger->target);

	if (at < 0 || (!world_has_node(world, at) && !is_nvidias(world, at))) {
		return false;
	}
	world_open(world, world_fork(world, PROCESS_STRANGER), at);
	return true;
}

static bool open_function(struct stranger *stranger) {
	struct world *world = stranger->world;

	for (size_t i = 0; i < world->device_count; i++) {
		const struct world_device *function = &world->devices[i];

		if (strcmp(function->physical, stranger->target) == 0 && function->driver >= 0) {
			world_open(world, world_fork(world, PROCESS_STRANGER), (int)i);
			return true;
		}
	}
	return false;
}

/* Does a journal speak of the device? */
static bool is_journaled(const struct world *world, const char *device) {
	for (size_t i = 0; i < WORLD_JOURNALS; i++) {
		const struct world_journal *journal = &world->journals[i];

		if (journal->present &&
			memmem(journal->data, journal->length, device, strlen(device))) {
			return true;
		}
	}
	return false;
}

static bool remove_device(struct stranger *stranger, bool replace) {
	struct world *world = stranger->world;
	int at = world_find_device(world, stranger->target);
	struct world_device *device;

	if (at < 0 || world_stuck_at(world, stranger->target) || world_in_use(world, at)) {
		return false;
	}
	device = &world->devices[at];
	if (device->driver >= 0) {
		world_unbind_finish(world, at);
	}
	device->override[0] = '\0';
	device->present = replace;
	if (replace) {
		device->settings = (struct world_settings){.resets = "flr"};
		device->falls_asleep = false;
		device->bars_at_boot[0] = '\0';
		device->identity.vendor = 0x8086;
		device->identity.device = 0x1533;
		(void)world_probe(world, device->name);
		device->replaced = is_journaled(world, device->name);
	}
	world_settle_functions(world, device);
	except_device(stranger, stranger->target);
	return true;
}

/*
 * The hypervisor's own way (contracts.md A5): every driverless match goes at once. What has an
 * override only goes because of baton, and must come home; unless it was idle before, and so would
 * have gone anyhow.
 */
static bool give_ids(struct stranger *stranger) {
	struct world *world = stranger->world;
	int at = world_find_device(world, stranger->target);
	int drivers[WORLD_DEVICES];

	if (at < 0) {
		return false;
	}
	for (size_t i = 0; i < world->device_count; i++) {
		drivers[i] = world->devices[i].driver;
	}
	if (world_new_id(world, "vfio-pci", world->devices[at].identity.vendor,
		    world->devices[at].identity.device) < 0) {
		return false;
	}
	for (size_t i = 0; i < world->device_count; i++) {
		bool idle = stranger->before->devices[i].driver < 0;

		if (world->devices[i].driver != drivers[i] &&
			(idle || !world->devices[i].override[0])) {
			except_device(stranger, world->devices[i].name);
		}
	}
	return true;
}

static bool set_override(struct stranger *stranger) {
	struct world *world = stranger->world;
	int at = world_find_device(world, stranger->target);

	if (at < 0 || world_stuck_at(world, stranger->target)) {
		return false;
	}
	(void)world_override(world, stranger->target, "pci-stub");
	exceptions_add(stranger->exceptions, "override", stranger->target);
	world->devices[at].foreign = true;
	stranger->blocks = true;
	return true;
}

static bool load_modules(struct stranger *stranger) {
	struct world *world = stranger->world;
	bool any = false;

	for (size_t i = 0; i < world->module_count; i++) {
		if (stranger->before->modules[i].loaded && !world->modules[i].loaded &&
			!world_stuck_at(world, world->modules[i].name)) {
			any |= world_modprobe(world, world->modules[i].name) == 0;
		}
	}
	return any;
}

bool stranger_act(struct stranger *stranger, unsigned int deed) {
	switch (deed) {
	case 0:
		return take(stranger);
	case 1:
		return switch_display_manager(stranger, true);
	case 2:
		return switch_display_manager(stranger, false);
	case 3:
		return open_card(stranger);
	case 4:
		return remove_device(stranger, true);
	case 5:
		return remove_device(stranger, false);
	case 6:
		stranger->world->disk_free = 0;
		return true;
	case 7:
		return give_ids(stranger);
	case 8:
		return load_modules(stranger);
	case 9:
		return set_override(stranger);
	default:
		return open_function(stranger);
	}
}

bool stranger_is_content(const struct stranger *stranger) {
	const struct world *world = stranger->world;
	int at = world_find_device(world, stranger->target);

	return !stranger->took ||
	       (at >= 0 && world->devices[at].driver == world_find_driver(world, "pci-stub"));
}

static int find_vfio(const struct stranger *stranger) {
	return world_find_driver(stranger->world, "vfio-pci");
}

/* Without somebody who has it open, no unbinding waits. */
bool stranger_steal(struct stranger *stranger, enum theft theft) {
	struct world *world = stranger->world;
	int at = world_find_device(world, stranger->target);
	int home = stranger->before->devices[at].driver;
	const struct identity *identity = &world->devices[at].identity;

	if (home < 0 || world->devices[at].driver != home || world_in_use(world, at) ||
		world_stuck_at(world, stranger->target) ||
		world_unbind(world, world->drivers[home].name, stranger->target) < 0) {
		return false;
	}
	if (theft == THEFT_BY_NAME) {
		(void)world_override(world, stranger->target, "vfio-pci");
		(void)world_bind(world, "vfio-pci", stranger->target);
	} else {
		/* It takes every driverless match at once, and this is one. */
		(void)world_new_id(world, "vfio-pci", identity->vendor, identity->device);
	}
	if (theft == THEFT_BY_NAME || theft == THEFT_PERSISTENT) {
		except_device(stranger, stranger->target);
	}
	stranger->thefts++;
	return true;
}

bool stranger_has_stolen(const struct stranger *stranger) {
	int at = world_find_device(stranger->world, stranger->target);

	return stranger->world->devices[at].driver == find_vfio(stranger);
}

/* He has only named a driver, and takes that back. */
static void unblock(struct stranger *stranger) {
	int at = world_find_device(stranger->before, stranger->target);
	struct world_device *device = &stranger->world->devices[at];

	strcpy(device->override, stranger->before->devices[at].override);
	device->foreign = false;
	device->foreign_seen = false;
	stranger->blocks = false;
}

/* He has taken it, and brings it back. */
static void restore(struct stranger *stranger) {
	struct world *world = stranger->world;
	int at = world_find_device(stranger->before, stranger->target);
	const struct world_device *before = &stranger->before->devices[at];
	struct world_device *device = &world->devices[at];

	if (device->driver >= 0) {
		world_unbind_finish(world, at);
	}
	stranger->took = false;
	device->replaced = false;
	device->present = true;
	device->identity = before->identity;
	device->settings = before->settings;
	device->falls_asleep = before->falls_asleep;
	strcpy(device->bars_at_boot, before->bars_at_boot);
	strcpy(device->override, before->override);
	if (before->driver >= 0) {
		(void)world_bind_finish(world, at, before->driver);
	}
	world_settle_functions(world, device);
}

void stranger_return(struct stranger *stranger) {
	if (stranger->blocks) {
		unblock(stranger);
	} else {
		restore(stranger);
	}
}
