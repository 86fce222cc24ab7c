// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A physical function goes without its virtual ones: VFIO takes none that has some. */

static bool is_of(const struct device *function, const struct device *device) {
	return function->is_virtual_function &&
	       address_compare(function->physical_function, device->address) == 0;
}

static const char *find_guest(const struct making *making, const struct device *function) {
	for (size_t i = 0; i < making->claims->device_count; i++) {
		const struct claimed_device *claimed = &making->claims->devices[i];

		if (address_compare(claimed->address, function->address) == 0) {
			return claimed->title;
		}
	}
	return NULL;
}

static const struct holder *find_holder(const struct host *host, const struct device *function) {
	for (size_t i = 0; i < host->holder_count; i++) {
		if (holder_keeps(&host->holders[i]) &&
			address_compare(host->holders[i].device, function->address) == 0) {
			return &host->holders[i];
		}
	}
	return NULL;
}

/* Removed and made again it has the driver that the kernel gives it, and nothing else. */
static void check_function(struct making *making, const struct device *function, const char *of) {
	const char *guest = find_guest(making, function);
	const struct holder *holder = find_holder(making->host, function);
	struct plan *plan = making->plan;

	if (plan_has(plan, function->address)) {
		plan_refuse(plan, REFUSAL_VIRTUAL_FUNCTIONS, function->name,
			"hand over the one or the other",
			"is a virtual function of %s: the two cannot go together", of);
	} else if (guest) {
		plan_refuse(plan, REFUSAL_OTHER_GUEST, function->name, "stop that guest first",
			"is a virtual function of %s and with %s", of, guest);
	} else if (holder) {
		char name[sizeof(holder->name)];

		memcpy(name, holder->name, sizeof(name));
		(void)text_tame(name);
		plan_refuse(plan, REFUSAL_HELD, function->name, "end that use of it, and try again",
			"is a virtual function of %s and in use (%s, %s)", of, name, holder->node);
	} else if (function->override[0] || function->has_vfio_device || function->in_flight) {
		plan_refuse(plan, REFUSAL_VIRTUAL_FUNCTIONS, function->name,
			"give it back to the kernel's choice of driver first",
			"is a virtual function of %s, and somebody has chosen its driver (%s)", of,
			function->override[0] ? function->override : function->driver);
	}
}

void plan_check_virtual_functions(struct making *making, const struct device *device) {
	if (device->virtual_functions == 0) {
		return;
	}
	if (!making->request->policy.remove_virtual_functions) {
		plan_refuse(making->plan, REFUSAL_VIRTUAL_FUNCTIONS, device->name,
			"hand over a virtual function, or set `virtual-functions = remove` in the "
			"section [policy]",
			"has %u virtual functions enabled, and VFIO takes none such",
			device->virtual_functions);
		return;
	}
	for (size_t i = 0; i < making->host->device_count; i++) {
		if (is_of(&making->host->devices[i], device)) {
			check_function(making, &making->host->devices[i], device->name);
		}
	}
}

int plan_virtual_functions(struct making *making, const struct device *device) {
	char count[16];
	int r;

	if (device->virtual_functions == 0) {
		return 0;
	}
	r = name_format(count, sizeof(count), "%u", device->virtual_functions);
	if (r < 0) {
		return r;
	}
	return plan_add(making->plan, FACT_VF_COUNT, device->name, count, "0") ? 0 : -E2BIG;
}
