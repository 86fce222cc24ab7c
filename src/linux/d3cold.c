// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * d3cold ADDRESS: d3cold_allowed, whether the machine may cut the power of a device that sleeps.
 * Some do not come back from that while another driver than their own has them (D3cold,
 * contracts.md C1). Drivers leave this alone; to write it wakes the device.
 */
#include <string.h>

#include "linux/machine.h"
#include "linux/setting.h"

#define FILE_NAME    "d3cold_allowed"
#define ALLOWED_TEXT "1"
#define NONE_TEXT    "0"

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	char allowed[8];
	int r = setting_read(machine->root, subject, FILE_NAME, allowed, sizeof(allowed), error);

	if (r < 0) {
		return r;
	}
	strcpy(ret, strcmp(allowed, ALLOWED_TEXT) == 0 ? VALUE_ALLOWED : VALUE_NONE);
	return 0;
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	bool allow = strcmp(change->step.to, VALUE_ALLOWED) == 0;

	return setting_write(machine->root, change->step.subject, FILE_NAME,
		allow ? ALLOWED_TEXT : NONE_TEXT, error);
}

const struct fact_row d3cold_row = {get, apply, .blocks = true};
