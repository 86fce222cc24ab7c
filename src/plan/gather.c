// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASS_SOUND   0x0403
#define CLASS_DISPLAY 0x03

bool plan_has(const struct plan *plan, struct address address) {
	for (size_t i = 0; i < plan->device_count; i++) {
		if (address_compare(plan->devices[i].address, address) == 0) {
			return true;
		}
	}
	return false;
}

static int add_device(struct making *making, const struct device *device, bool listed) {
	struct plan *plan = making->plan;
	struct planned_device *planned;

	if (plan_has(plan, device->address)) {
		return 0;
	}
	if (plan->device_count == PLAN_DEVICES_MAX) {
		return error_set(making->error, -E2BIG, "more than %d devices in one hand-over",
			PLAN_DEVICES_MAX);
	}
	planned = &plan->devices[plan->device_count++];
	*planned = (struct planned_device){
		.address = device->address,
		.identity = device->identity,
		.listed = listed,
	};
	address_format(device->address, planned->name);
	return 0;
}

static void refuse_absent(struct making *making, struct address address, const char *name) {
	char where[WHEREABOUTS_TEXT_SIZE];

	if (!known_find(making->asked->known, address)) {
		plan_refuse(making->plan, REFUSAL_NO_DEVICE, name,
			"run `baton list` for the addresses of this machine",
			"does not exist on this machine");
		return;
	}
	plan_find_former(making, address, where);
	plan_refuse(making->plan, REFUSAL_NO_DEVICE, name,
		"correct the address in the guest's definition (`baton list`)",
		"does not exist on this machine any more; %s", where);
}

/* The listed devices; what does not exist or is a bridge is refused here. */
static int add_listed(struct making *making) {
	for (size_t i = 0; i < making->request->device_count; i++) {
		struct address address = making->request->devices[i].address;
		const struct device *device = host_device(making->host, address);
		char name[ADDRESS_SIZE];
		int r;

		address_format(address, name);
		if (!device) {
			refuse_absent(making, address, name);
			continue;
		}
		if (device_is_bridge(device)) {
			plan_refuse(making->plan, REFUSAL_BRIDGE, name,
				"name the devices behind it instead",
				"is a bridge, and bridges stay with the host");
			continue;
		}
		r = add_device(making, device, true);
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

/*
 * A bridge that buses hang on does not make its group unfit, whatever its driver (contracts.md C2:
 * the port driver is exempt); a chipset's does, unless it has none.
 */
static void check_bridge(struct making *making, const struct device *bridge) {
	char reason[DRIVER_SIZE + 64];

	if (bridge->header_type == 0 && bridge->driver[0]) {
		snprintf(reason, sizeof(reason), "is part of the chipset and has the driver %s",
			bridge->driver);
		plan_refuse_member(making->plan, bridge, false, REFUSAL_BRIDGE,
			"move the card to another slot, or choose a device in another group",
			reason);
	}
}

static int add_member(struct making *making, const struct device *member) {
	if (device_is_bridge(member)) {
		check_bridge(making, member);
		return 0;
	}
	return add_device(making, member, false);
}

/* VFIO gives out whole groups (contracts.md C2): every member but bridges comes along. */
static int add_groups(struct making *making) {
	const struct host *host = making->host;
	size_t listed = making->plan->device_count;

	for (size_t i = 0; i < listed; i++) {
		int group = host_device(host, making->plan->devices[i].address)->group;

		for (size_t j = 0; group != GROUP_NONE && j < host->device_count; j++) {
			int r = host->devices[j].group == group
					? add_member(making, &host->devices[j])
					: 0;

			if (r < 0) {
				return r;
			}
		}
	}
	return 0;
}

static bool depends_on(const struct device *device, const struct planned_device *supplier) {
	for (size_t i = 0; i < device->suppliers.count; i++) {
		if (strcmp(device->suppliers.names[i], supplier->name) == 0) {
			return true;
		}
	}
	return false;
}

/*
 * The order out: a slot's highest function first, so that the picture stays until the others have
 * let go.
 */
static int compare_devices(const void *a, const void *b) {
	const struct planned_device *x = a, *y = b;

	return -address_compare(x->address, y->address);
}

/* The sound of a card may be in another slot, behind a bridge of the card's own, and waits for
 * everybody who has it open: if it does not let go, the picture should still be there. */
static bool is_sound_before(const struct device *sound, const struct device *display) {
	return sound->class >> 8 == CLASS_SOUND && display->class >> 16 == CLASS_DISPLAY;
}

/* ... but what depends on a device (a device link, such as the sound of a card) goes before it. */
static void move_consumers(struct making *making) {
	struct plan *plan = making->plan;

	for (size_t i = 0; i < plan->device_count; i++) {
		for (size_t j = i + 1; j < plan->device_count; j++) {
			const struct device *later =
				host_device(making->host, plan->devices[j].address);
			struct planned_device moved = plan->devices[j];

			if (depends_on(later, &plan->devices[i]) ||
				is_sound_before(later,
					host_device(making->host, plan->devices[i].address))) {
				memmove(&plan->devices[i + 1], &plan->devices[i],
					(j - i) * sizeof(moved));
				plan->devices[i] = moved;
			}
		}
	}
}

int plan_gather(struct making *making) {
	int r = add_listed(making);

	if (r < 0) {
		return r;
	}
	r = add_groups(making);
	if (r < 0) {
		return r;
	}
	if (making->plan->device_count > 1) {
		qsort(making->plan->devices, making->plan->device_count,
			sizeof(making->plan->devices[0]), compare_devices);
		move_consumers(making);
	}
	return 0;
}
