// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/build.h"

#include <errno.h>
#include <string.h>

#include "host/bars.h"
#include "plan/vendor_reset.h"

/* What a device is told besides its driver, while it is away. */

#define DEVICE_SPECIFIC "device_specific"

/*
 * vfio-pci lets an idle device sleep by itself since Linux 5.19, and forbids it again when it gives
 * the device up (pm_runtime_allow and pm_runtime_forbid in drivers/vfio/pci/vfio_pci_core.c).
 */
static bool vfio_lets_sleep(const struct host *host) {
	return host_kernel_at_least(host, 5, 19);
}

/*
 * A device that its own driver lets sleep is kept awake from before that driver goes: some do not
 * come out of D3cold under any other (field: "stuck in D3"). What is awake with the host stays as
 * it is. Undone when the own driver is back, which may have let it sleep already.
 */
static int keep_awake(struct making *making, const struct device *device) {
	struct plan *plan = making->plan;

	if (!device->may_sleep) {
		return 0;
	}
	if (device->may_lose_power &&
		!plan_add(plan, FACT_D3COLD, device->name, VALUE_ALLOWED, VALUE_NONE)) {
		return -E2BIG;
	}
	return plan_add(plan, FACT_POWER, device->name, VALUE_AUTO, VALUE_ON) ? 0 : -E2BIG;
}

int plan_settings_before(struct making *making) {
	for (size_t i = 0; i < making->plan->device_count; i++) {
		const struct device *device =
			host_device(making->host, making->plan->devices[i].address);
		int r = 0;

		if (plan_moves(making, device)) {
			r = keep_awake(making, device);
			r = r < 0 ? r : plan_virtual_functions(making, device);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static const struct preference *find_preference(
	const struct making *making, const struct device *device) {
	const struct policy *policy = &making->request->policy;

	for (size_t i = 0; i < policy->preference_count; i++) {
		if (address_compare(policy->preferences[i].device, device->address) == 0) {
			return &policy->preferences[i];
		}
	}
	return NULL;
}

/*
 * NULL: as it is. The kernel asks a device for its methods when it finds it, and by then
 * vendor-reset is not loaded: its own method has to be named afterwards.
 */
static const char *choose_reset(const struct making *making, const struct device *device) {
	const struct preference *preference = find_preference(making, device);

	if (preference && preference->reset_method[0]) {
		return preference->reset_method;
	}
	if (device->reset_methods[0] && vendor_reset_serves(making->host, device) &&
		!text_starts(device->reset_methods, DEVICE_SPECIFIC)) {
		return DEVICE_SPECIFIC;
	}
	return NULL;
}

static int set_reset(struct making *making, const struct device *device) {
	const struct preference *preference = find_preference(making, device);
	const char *method = choose_reset(making, device);
	struct planned *planned;

	if (!method || strcmp(method, device->reset_methods) == 0) {
		return 0;
	}
	planned = plan_add(making->plan, FACT_RESET_METHOD, device->name,
		plan_value(device->reset_methods), method);
	if (!planned) {
		return -E2BIG;
	}
	/* An older vendor-reset is loaded and has no such method for the kernel: nobody's wish. */
	planned->dispensable = !preference || !preference->reset_method[0];
	return 0;
}

/*
 * Recorded also where nothing is changed: a guest's driver, or somebody's script, gives a card's
 * memory another size, and the host's driver then hangs in its probe (field: ReBAR).
 */
static int set_bars(struct making *making, const struct device *device) {
	const struct preference *preference = find_preference(making, device);
	char sizes[BARS_SIZE];
	int r;

	if (!device->bar_sizes[0]) {
		return 0;
	}
	r = bars_merge(device->bar_sizes, preference ? preference->bar_sizes : "", sizes);
	if (r < 0) {
		return r; /* refused before (plan_check_settings) */
	}
	return plan_add(making->plan, FACT_BAR_SIZE, device->name, device->bar_sizes, sizes)
		       ? 0
		       : -E2BIG;
}

int plan_settings_between(struct making *making, const struct device *device) {
	int r = set_bars(making, device);

	return r < 0 ? r : set_reset(making, device);
}

int plan_settings_after(struct making *making, const struct device *device) {
	if (!device->may_sleep || !vfio_lets_sleep(making->host)) {
		return 0;
	}
	return plan_add(making->plan, FACT_POWER, device->name, VALUE_AUTO, VALUE_ON) ? 0 : -E2BIG;
}

void plan_check_settings(struct making *making, const struct device *device) {
	const struct preference *preference = find_preference(making, device);
	char sizes[BARS_SIZE];

	if (!preference) {
		return;
	}
	if (preference->bar_sizes[0] &&
		bars_merge(device->bar_sizes, preference->bar_sizes, sizes) < 0) {
		plan_refuse(making->plan, REFUSAL_SETTING, device->name,
			"correct `bar-size =` of its [card]", "cannot be given the BARs %s: %s",
			preference->bar_sizes,
			device->bar_sizes[0] ? device->bar_sizes : "it has none of another size");
	}
	if (preference->reset_method[0] && !device->reset_methods[0]) {
		plan_refuse(making->plan, REFUSAL_SETTING, device->name,
			"take `reset-method =` out of its [card]",
			"has no reset of its own, so none can be chosen");
	}
}
