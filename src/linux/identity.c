// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/identity.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/device.h"
#include "linux/attribute.h"
#include "linux/deadline.h"
#include "linux/worker.h"

#define VFIO_DRIVER "sys/bus/pci/drivers/vfio-pci"

/* A driver that somebody told the same id in several ways has it several times. */
#define REPEATS_MAX 16

/* For the serial: a device that some driver is busy with for longer is known by its ids alone. */
#define PATIENCE_MS 2000

/* In the worker. */
static int identify(struct machine *machine, const void *order, void *answer, struct error *error) {
	return device_identify(machine->root, order, true, answer, error);
}

int identity_find(struct ops *ops, const char *address, struct identity *ret, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	const struct duty duty = {identify, address, strlen(address) + 1, sizeof(*ret)};
	int r;

	if (strlen(address) >= SUBJECT_SIZE) {
		return error_set(error, -ENODEV, "there is no PCI device %s", address);
	}
	r = worker_do(machine, &duty, deadline_after(PATIENCE_MS), ret, error);
	return r == -EINPROGRESS ? device_identify(machine->root, address, false, ret, error) : r;
}

/* Has another device on vfio-pci the same ids? Then they may be what keeps it there. */
static int has_twin(
	struct machine *machine, const char *address, const struct identity *identity, bool *ret) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(machine->root, VFIO_DRIVER, &names);

	*ret = false;
	for (size_t i = 0; r >= 0 && i < names.count && !*ret; i++) {
		struct identity other;
		struct address parsed;

		if (address_parse(names.names[i], &parsed) < 0 ||
			strcmp(names.names[i], address) == 0) {
			continue;
		}
		r = identity_find(&machine->ops, names.names[i], &other, NULL);
		*ret = r == 0 && other.vendor == identity->vendor &&
		       other.device == identity->device;
		r = r == -ENODEV ? 0 : r; /* it has just gone */
	}
	return r;
}

int identity_forget(struct ops *ops, const char *address, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	struct identity identity;
	char ids[16];
	bool twin;
	int r = identity_find(ops, address, &identity, error);

	if (r < 0) {
		return r;
	}
	r = has_twin(machine, address, &identity, &twin);
	if (r == -ENOENT || (r == 0 && twin)) {
		return 0; /* no vfio-pci, or somebody may need them */
	}
	r = r < 0 ? r
		  : name_format(ids, sizeof(ids), "%04x %04x\n", identity.vendor, identity.device);
	for (int i = 0; r == 0 && i < REPEATS_MAX; i++) {
		r = attribute_write(machine->root, VFIO_DRIVER "/remove_id", ids, NULL);
	}
	if (r == -ENODEV) {
		return 0; /* none is left */
	}
	return r < 0 ? error_set(error, r, "cannot take the ids of %s from vfio-pci: %s", address,
			       strerror(-r))
		     : 0;
}
