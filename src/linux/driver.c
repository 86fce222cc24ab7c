// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * driver ADDRESS: the driver that a PCI function is bound to, or none. Never by new_id, which takes
 * twins along, and never by drivers_probe, which asks whichever driver came first.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "linux/binding.h"
#include "linux/machine.h"
#include "linux/module.h"

#define BUS "pci"

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	return binding_get(machine->root, BUS, subject, ret, error);
}

static bool has_driver(struct machine *machine, const char *driver) {
	return binding_has_driver(machine->root, BUS, driver);
}

/* The module is mostly named like its driver; if not (xhci_hcd is in xhci_pci), it is among those
 * that say they fit the device. */
static int provide(struct machine *machine, const struct step *step, struct error *error) {
	char path[128], modalias[256];
	int r = module_load(machine, step->to, NULL, error);

	if (has_driver(machine, step->to)) {
		return 0;
	}
	if (r < 0 && r != -ENOENT) {
		return r;
	}
	r = name_format(path, sizeof(path), "sys/bus/" BUS "/devices/%s/modalias", step->subject);
	if (r >= 0) {
		r = file_read_line(machine->root, path, modalias, sizeof(modalias));
	}
	if (r < 0) {
		return error_set(error, r, "cannot read /%s: %s", path, strerror(-r));
	}
	r = module_load(machine, modalias, step->to, error);
	if (has_driver(machine, step->to)) {
		return 0;
	}
	if (r < 0 && r != -ENOENT) {
		return r;
	}
	return error_set(error, -ENOENT, "no module of this kernel brings the driver %s for %s",
		step->to, step->subject);
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	const struct step *step = &change->step;
	struct address address;
	int r;

	if (address_parse(step->subject, &address) < 0) {
		return error_set(error, -EINVAL, "\"%s\" is no PCI address", step->subject);
	}
	if (strcmp(step->to, VALUE_NONE) != 0 && !has_driver(machine, step->to)) {
		/* Loading a module may bind it at once: binding_apply looks before it writes. */
		r = provide(machine, step, error);
		if (r < 0) {
			return r;
		}
	}
	return binding_apply(machine->root, BUS, step, error);
}

const struct fact_row driver_row = {get, apply, .blocks = true, .defers = true};
