// SPDX-License-Identifier: GPL-2.0-or-later
/* Guests of the simulated machine: what QEMU asks of the kernel, and what a guest does to a card.
 */
#include "world.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

struct world_guest *world_guest(struct world *world, const char *guest) {
	struct world_guest *unused = NULL;

	for (size_t i = WORLD_GUESTS; i-- > 0;) {
		if (strcmp(world->guests[i].guest, guest) == 0) {
			return &world->guests[i];
		}
		unused = world->guests[i].guest[0] ? unused : &world->guests[i];
	}
	assert(unused && strlen(guest) < sizeof(unused->guest));
	strcpy(unused->guest, guest);
	unused->state = GUEST_GONE;
	return unused;
}

/* What QEMU asks of the kernel: each device on a VFIO driver, and no member of its group on
 * another one (C2). */
static bool usable(const struct world *world, const char *name, char reason[256]) {
	int at = world_find_device(world, name);
	const struct world_device *device = at < 0 ? NULL : &world->devices[at];

	if (!device || device->driver < 0 || device->link != device->driver ||
		!world->drivers[device->driver].vfio) {
		(void)snprintf(reason, 256, "%s is not on a VFIO driver", name);
		return false;
	}
	if (world_in_use(world, at)) {
		(void)snprintf(reason, 256, "%s is in use by somebody", name);
		return false;
	}
	if (device->falls_asleep &&
		(device->settings.may_sleep || device->settings.may_lose_power)) {
		(void)snprintf(reason, 256, "%s may fall asleep for good", name);
		return false;
	}
	for (size_t i = 0; i < world->device_count; i++) {
		const struct world_device *other = &world->devices[i];

		if (other->group == device->group && !other->bridge && other->driver >= 0 &&
			!world->drivers[other->driver].vfio) {
			(void)snprintf(reason, 256, "group %d is not viable: %s is on %s",
				device->group, other->name, world->drivers[other->driver].name);
			return false;
		}
	}
	for (size_t i = 0; world->version < 600 && i < world->framebuffer_count; i++) {
		if (world->framebuffers[i].present && world->framebuffers[i].bound &&
			world->framebuffers[i].device == at) {
			(void)snprintf(reason, 256,
				"%s: the firmware's framebuffer keeps its memory", name);
			return false;
		}
	}
	return true;
}

/* The guest's driver wants all of the card's memory at once. */
static void resize(struct world_device *device) {
	if (device->settings.bars[0]) {
		strcpy(device->settings.bars, "0=16G");
	}
}

int world_guest_start(struct world *world, const char *guest, const char *const *devices,
	size_t count, char reason[256]) {
	struct world_process *hypervisor;

	for (size_t i = 0; i < count; i++) {
		if (!usable(world, devices[i], reason)) {
			return -EPERM;
		}
	}
	hypervisor = world_fork(world, PROCESS_HYPERVISOR);
	strcpy(hypervisor->guest, guest);
	for (size_t i = 0; i < count; i++) {
		int at = world_find_device(world, devices[i]);

		world_open(world, hypervisor, at);
		resize(&world->devices[at]);
	}
	world_guest(world, guest)->state = GUEST_RUNNING;
	return 0;
}

void world_guest_stop(struct world *world, const char *guest) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		struct world_process *process = &world->processes[i];

		if (process->kind == PROCESS_HYPERVISOR && strcmp(process->guest, guest) == 0) {
			world_end(world, process);
		}
	}
	world_guest(world, guest)->state = GUEST_GONE;
}
