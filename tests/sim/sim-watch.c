// SPDX-License-Identifier: GPL-2.0-or-later
/* What must never be done, whatever else goes wrong. */
#include "sim.h"

#include <string.h>

/* Somebody has had the device open since before the change before this one: that was to be seen. */
static bool takes_from_user(const struct sim *sim, int device) {
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		const struct world_process *process = &sim->world->processes[i];

		if (process->kind != PROCESS_NONE && process->opens[device] &&
			process->generation[device] == sim->world->devices[device].generation &&
			process->since[device] < sim->world->changes) {
			return true;
		}
	}
	return false;
}

/* The same of one of its virtual functions, which go at once. */
static bool takes_functions_from_user(const struct sim *sim, const char *physical) {
	for (size_t i = 0; i < sim->world->device_count; i++) {
		if (strcmp(sim->world->devices[i].physical, physical) == 0 &&
			takes_from_user(sim, (int)i)) {
			return true;
		}
	}
	return false;
}

/*
 * A device that was replaced may be hit by one change whose identity was checked just before, and
 * by no other.
 */
static void watch_device(struct sim *sim, const struct step *step, const char *text) {
	int at = world_find_device(sim->world, step->subject);
	struct world_device *device = &sim->world->devices[at < 0 ? 0 : at];

	if (at < 0) {
		return;
	}
	if (step->fact == FACT_OVERRIDE && device->foreign_seen &&
		strcmp(step->from, device->override) != 0) {
		world_violate(sim->world, "\"%s\" although it was seen to be \"%s\"", text,
			device->override);
	}
	if (step->fact == FACT_OVERRIDE) {
		device->foreign = false;
		device->foreign_seen = false;
	}
	if (device->replaced && ++device->touches > 1) {
		world_violate(sim->world, "\"%s\" on a device that is another one now", text);
	}
	if (step->fact == FACT_DRIVER && strcmp(step->to, VALUE_NONE) == 0 &&
		takes_from_user(sim, at)) {
		world_violate(sim->world, "\"%s\" while somebody has it open", text);
	}
	if (step->fact == FACT_VF_COUNT && strcmp(step->to, "0") == 0 &&
		takes_functions_from_user(sim, device->name)) {
		world_violate(sim->world, "\"%s\" while somebody has one of them open", text);
	}
}

void sim_watch(struct sim *sim, const struct step *step) {
	char text[STEP_TEXT_SIZE];
	int module = step->fact == FACT_MODULE ? world_find_module(sim->world, step->subject) : -1;

	(void)step_format(step, text);
	if (world_stuck_at(sim->world, step->subject)) {
		world_violate(
			sim->world, "\"%s\" while another writer is in the kernel with it", text);
	}
	if (world_oopsed_at(sim->world, step)) {
		world_violate(sim->world, "\"%s\" after an oops in the last change of it", text);
	}
	if (sim->world->told_oopses > 1) {
		world_violate(sim->world, "\"%s\" although the kernel has oopsed twice", text);
	}
	if (!world_same_process(sim->world->lock, sim->self)) {
		world_violate(sim->world, "\"%s\" without the lock", text);
	}
	if (module >= 0 && sim->world->modules[module].vfio && strcmp(step->to, VALUE_NONE) == 0) {
		world_violate(sim->world, "\"%s\": VFIO's modules stay", text);
	}
	if (step->fact == FACT_PROCESS && !sim->world->may_end) {
		world_violate(sim->world, "\"%s\", which nobody has allowed", text);
	}
	if (step_is_of_device(step)) {
		watch_device(sim, step, text);
	}
}
