// SPDX-License-Identifier: GPL-2.0-or-later
/* framebuffer NAME: the driver of the platform device that the firmware's framebuffer is. */
#include "linux/binding.h"
#include "linux/machine.h"

#define BUS "platform"

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	return binding_get(machine->root, BUS, subject, ret, error);
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	return binding_apply(machine->root, BUS, &change->step, error);
}

const struct fact_row framebuffer_row = {get, apply, .blocks = true};
