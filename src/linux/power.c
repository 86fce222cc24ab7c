// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * power ADDRESS: power/control, whether the device may sleep while it is idle (auto) or not (on).
 * To write "on" wakes it, which is its driver's work and may take long. A driver may change it by
 * itself: many let their device sleep when they take it and wake it when they go, and so does
 * vfio-pci since Linux 5.19 (pm_runtime_allow, pm_runtime_forbid).
 */
#include <errno.h>
#include <string.h>

#include "linux/machine.h"
#include "linux/setting.h"

#define FILE_NAME "power/control"

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	return setting_read(machine->root, subject, FILE_NAME, ret, VALUE_SIZE, error);
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	const struct step *step = &change->step;

	if (strcmp(step->to, VALUE_AUTO) != 0 && strcmp(step->to, VALUE_ON) != 0) {
		return error_set(error, -EINVAL, "\"%s\" is neither auto nor on", step->to);
	}
	return setting_write(machine->root, step->subject, FILE_NAME, step->to, error);
}

const struct fact_row power_row = {get, apply, .blocks = true};
