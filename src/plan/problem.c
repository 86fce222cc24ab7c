// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/problem.h"

#include <stdio.h>
#include <string.h>

#include "plan/vendor_reset.h"

/* "580.105.08" and "6.14.2-arch1-1" as numbers that order like the versions; 0: not a version. */
static unsigned long version_number(const char *version) {
	unsigned int major = 0, minor = 0, patch = 0;

	if (sscanf(version, "%3u.%3u.%3u", &major, &minor, &patch) < 2) {
		return 0;
	}
	return (major * 1000UL + minor) * 1000 + patch;
}

static bool is_in_range(const struct version_range *range, const char *version) {
	unsigned long number = version_number(version);

	return (!range->from || number >= version_number(range->from)) &&
	       (!range->below || number < version_number(range->below));
}

static bool is_open(const struct version_range *range) {
	return !range->from && !range->below;
}

static bool fits_device(const struct problem *problem, const struct device *device) {
	uint16_t id = device->identity.device;

	if (problem->vendor && problem->vendor != device->identity.vendor) {
		return false;
	}
	for (size_t i = 0; i < PROBLEM_DEVICES_MAX && problem->devices[i].last; i++) {
		if (id >= problem->devices[i].first && id <= problem->devices[i].last) {
			return true;
		}
	}
	return problem->devices[0].last == 0;
}

static bool fits_kernel(const struct problem *problem, const struct host *host) {
	for (size_t i = 0; i < PROBLEM_KERNELS_MAX && !is_open(&problem->kernels[i]); i++) {
		if (is_in_range(&problem->kernels[i], host->kernel)) {
			return true;
		}
	}
	return is_open(&problem->kernels[0]);
}

/* A module that does not tell its release is taken for an old one. */
static bool fits_driver(
	const struct problem *problem, const struct host *host, const struct device *device) {
	const struct module *module = host_module(host, device->module);

	if (problem->driver && strcmp(problem->driver, device->driver) != 0) {
		return false;
	}
	return is_open(&problem->releases) ||
	       is_in_range(&problem->releases, module ? module->version : "");
}

/* The methods are words with blanks between them. */
static bool has_reset(const struct device *device, const char *method) {
	size_t length = strlen(method);

	for (const char *word = device->reset_methods; *word; word += strspn(word, " ")) {
		size_t end = strcspn(word, " ");

		if (end == length && memcmp(word, method, length) == 0) {
			return true;
		}
		word += end;
	}
	return false;
}

static bool is_slot_without_reset(const struct host *host, const struct device *device) {
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *other = &host->devices[i];

		if (address_same_slot(other->address, device->address) &&
			!other->reset_methods[0]) {
			return true;
		}
	}
	return false;
}

static bool holds(enum problem_condition condition, const struct host *host,
	const struct device *device, bool shared) {
	switch (condition) {
	case PROBLEM_ALWAYS:
		return true;
	case PROBLEM_SHARED_DRIVER:
		return shared;
	case PROBLEM_NO_VENDOR_RESET:
		return !has_reset(device, "device_specific") && !vendor_reset_serves(host, device);
	case PROBLEM_BUS_RESET:
		return has_reset(device, "bus");
	case PROBLEM_FUNCTION_RESET:
		return has_reset(device, "flr");
	case PROBLEM_RESET_INCOMPLETE:
		return is_slot_without_reset(host, device);
	}
	return false;
}

bool problem_is_of(const struct problem *problem, const struct host *host,
	const struct device *device, bool shared) {
	return (!problem->class || problem->class == device->class >> 16) &&
	       fits_device(problem, device) && fits_driver(problem, host, device) &&
	       fits_kernel(problem, host) && holds(problem->condition, host, device, shared);
}

/* Others build on the driver too (gdrdrv, nvidia_fs), and for those its remove() does not wait. */
bool problem_has_stack(const struct module *module) {
	static const char *const stack[] = {"nvidia_drm", "nvidia_modeset", "nvidia_uvm"};

	for (size_t i = 0; i < module->holders.count; i++) {
		for (size_t k = 0; k < COUNT(stack); k++) {
			if (strcmp(module->holders.names[i], stack[k]) == 0) {
				return true;
			}
		}
	}
	return false;
}

bool problem_may_share(const struct host *host, const struct device *device) {
	const struct module *module = host_module(host, device->module);

	if (!module || !problem_has_stack(module)) {
		return false;
	}
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *other = &host->devices[i];

		if (strcmp(other->module, device->module) == 0 &&
			!address_same_slot(other->address, device->address)) {
			return true;
		}
	}
	return false;
}
