// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/boot_stale.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

bool boot_is_planned(const struct plan *plan, struct address address) {
	for (size_t i = 0; i < plan->device_count; i++) {
		if (address_compare(plan->devices[i].address, address) == 0) {
			return true;
		}
	}
	return false;
}

/* The line that has vfio-pci take what nobody has assigned, or NULL. */
static const struct boot_line *find_stale(
	const struct boot *boot, const struct plan *plan, const struct boot_device *device) {
	const struct device *function = device->device;

	if (strcmp(function->driver, "vfio-pci") == 0 || boot_is_planned(plan, function->address) ||
		assignments_find(&boot->assigned, function)) {
		return NULL;
	}
	for (size_t i = 0; i < device->lines.count; i++) {
		const struct boot_line *line = &device->lines.all[i];

		if (line->module && strcmp(line->module, "vfio_pci") == 0 &&
			strstr(line->text, "ids=")) {
			return line;
		}
	}
	return NULL;
}

static enum result refuse(const struct device *device, const struct boot_line *line) {
	char number[16] = "";
	struct error error;

	if (line->number > 0) {
		(void)!name_format(number, sizeof(number), ":%u", line->number);
	}
	error_set(&error, -EPERM,
		"%s would become vfio-pci's, too, which is loaded before any other driver from "
		"then on: %s%s gives it its ids: run `baton boot clean` first",
		device->name, line->path, number);
	return command_fail(RESULT_REFUSED, &error);
}

enum result boot_check_stale(const struct boot *boot, const struct plan *plan) {
	for (size_t i = 0; i < boot->device_count; i++) {
		const struct boot_line *line = find_stale(boot, plan, &boot->devices[i]);

		if (line) {
			return refuse(boot->devices[i].device, line);
		}
	}
	return RESULT_DONE;
}
