// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/device.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/aside.h"
#include "host/serial.h"

#define DEVICES       "sys/bus/pci/devices"
#define CLASS_CARDBUS 0x0607

/* How long the kernel may keep silent about a device before we go on without its answer. */
#define PATIENCE_MS 250
#define LIMIT_MS    10000

/*
 * Two files that look handy are never read here. `uevent` (all ids in one read) waits for the
 * device's lock on Linux 6.11 to 6.14 and the stable trees of that time, `sriov_numvfs` on 5.3 to
 * 6.8: a driver that hangs would hang us. The ids stand in files of their own, and the functions
 * that are enabled are links. What cannot be had without the lock is read aside (aside.h).
 */

/* What is not there, or not for us to read, stays empty or as it was. */
static void read_line(int dir, const char *name, char *ret, size_t size) {
	if (file_read_line(dir, name, ret, size) < 0) {
		ret[0] = '\0';
	}
}

static uint64_t read_number(int dir, const char *name) {
	uint64_t value = 0;

	return file_read_number(dir, name, 16, &value) < 0 ? 0 : value;
}

static void read_identity(int dir, struct identity *identity) {
	identity->vendor = (uint16_t)read_number(dir, "vendor");
	identity->device = (uint16_t)read_number(dir, "device");
	identity->subsystem_vendor = (uint16_t)read_number(dir, "subsystem_vendor");
	identity->subsystem_device = (uint16_t)read_number(dir, "subsystem_device");
	identity->revision = (uint8_t)read_number(dir, "revision");
}

static int read_group(int dir) {
	unsigned long long number;
	char name[16];

	if (link_read_name(dir, "iommu_group", name, sizeof(name)) < 0 ||
		number_parse(name, INT_MAX, &number) < 0) {
		return GROUP_NONE;
	}
	return (int)number;
}

static void read_driver(int root, int dir, struct device *device) {
	char path[sizeof("sys/bus/pci/drivers//module") + DRIVER_SIZE];

	if (link_read_name(dir, "driver", device->driver, sizeof(device->driver)) < 0) {
		device->driver[0] = '\0';
		return;
	}
	if (name_format(path, sizeof(path), "sys/bus/pci/drivers/%s/module", device->driver) < 0 ||
		link_read_name(root, path, device->module, sizeof(device->module)) < 0) {
		device->module[0] = '\0';
	}
}

static void read_attributes(int root, int dir, struct device *device) {
	int64_t node;

	read_identity(dir, &device->identity);
	device->class = (uint32_t)read_number(dir, "class") & 0xffffff;
	device->group = read_group(dir);
	read_driver(root, dir, device);
	read_line(dir, "modalias", device->modalias, sizeof(device->modalias));
	read_line(dir, "power_state", device->power_state, sizeof(device->power_state));
	device->numa_node = file_read_signed(dir, "numa_node", &node) < 0 ? -1 : (int)node;
}

/* A device link to another PCI device is named "consumer:pci:ADDRESS" (drivers/base/core.c). */
static int look_at_link(const char *name, const char *prefix, struct names *names) {
	return text_starts(name, prefix) ? names_add(names, name + strlen(prefix)) : 0;
}

/* One look at the names in the device's directory saves many at files that are not there. */
static int look_at_name(int dir, const char *name, struct device *device) {
	int r;

	if (strcmp(name, "secondary_bus_number") == 0) {
		/* Only bridges have it: config, which says so too, would wake the device. */
		device->header_type = device->class >> 8 == CLASS_CARDBUS ? 2 : 1;
	} else if (strcmp(name, "boot_vga") == 0) {
		device->boot_vga = read_number(dir, name) == 1;
	} else if (strcmp(name, "reset_method") == 0) {
		read_line(dir, name, device->reset_methods, sizeof(device->reset_methods));
	} else if (strcmp(name, "vfio-dev") == 0) {
		device->has_vfio_device = true;
	} else if (strcmp(name, "physfn") == 0) {
		device->is_virtual_function = true;
	} else if (text_starts(name, "virtfn")) {
		device->virtual_functions++;
	}
	r = look_at_link(name, "consumer:pci:", &device->consumers);
	return r < 0 ? r : look_at_link(name, "supplier:pci:", &device->suppliers);
}

static void device_done(struct device *device) {
	names_free(&device->consumers);
	names_free(&device->suppliers);
}

/* -ENODEV: it is no PCI function, or went away while we looked. */
static int device_read(int root, const char *name, struct device *ret) {
	char path[sizeof(DEVICES "/") + ADDRESS_SIZE];
	struct device device = {0};
	AUTO_CLOSE int dir = -1;
	AUTO_NAMES struct names names = {0};

	if (address_parse(name, &device.address) < 0 ||
		name_format(path, sizeof(path), DEVICES "/%s", name) < 0) {
		return -ENODEV;
	}
	address_format(device.address, device.name);
	dir = dir_open(root, path);
	if (dir < 0 || names_read(dir, ".", &names) < 0) {
		return dir == -ENOMEM ? -ENOMEM : -ENODEV;
	}
	read_attributes(root, dir, &device);
	for (size_t i = 0; i < names.count; i++) {
		int r = look_at_name(dir, names.names[i], &device);

		if (r < 0) {
			device_done(&device);
			return r;
		}
	}
	*ret = device;
	return 0;
}

void devices_free(struct device *devices, size_t count) {
	for (size_t i = 0; i < count; i++) {
		device_done(&devices[i]);
	}
	free(devices);
}

/* What the kernel tells only when nobody is at work on the device. */
struct guarded {
	char override[DRIVER_SIZE];
	char serial[SERIAL_SIZE];
};

struct guarded_context {
	int root;
	const struct device *devices;
};

static void read_guarded(void *context, size_t index, void *ret_value) {
	const struct guarded_context *all = context;
	const struct device *device = &all->devices[index];
	struct guarded *value = ret_value;
	char path[sizeof(DEVICES "/") + ADDRESS_SIZE];
	AUTO_CLOSE int dir = -1;

	if (name_format(path, sizeof(path), DEVICES "/%s", device->name) < 0) {
		return;
	}
	dir = dir_open(all->root, path);
	if (dir < 0) {
		return;
	}
	read_line(dir, "driver_override", value->override, sizeof(value->override));
	if (strcmp(value->override, "(null)") == 0) {
		value->override[0] = '\0'; /* what the kernel's printf makes of none */
	}
	/* Reading config wakes a device up, and nobody wants that from being looked at. */
	if (!device_is_bridge(device) && strcmp(device->power_state, "D3cold") != 0 &&
		serial_read(dir, value->serial) < 0) {
		value->serial[0] = '\0';
	}
}

static int read_all_guarded(int root, struct device *devices, size_t count) {
	struct guarded_context context = {.root = root, .devices = devices};
	struct aside aside = {
		.read = read_guarded,
		.context = &context,
		.size = sizeof(struct guarded),
		.root = root,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS,
	};
	AUTO_FREE struct guarded *values = calloc(count + 1, sizeof(*values));
	AUTO_FREE bool *answered = calloc(count + 1, sizeof(*answered));
	int r;

	if (!values || !answered) {
		return -ENOMEM;
	}
	r = aside_read(&aside, count, values, answered);
	if (r < 0) {
		return r;
	}
	for (size_t i = 0; i < count; i++) {
		memcpy(devices[i].override, values[i].override, DRIVER_SIZE);
		memcpy(devices[i].identity.serial, values[i].serial, SERIAL_SIZE);
		devices[i].in_flight = !answered[i];
	}
	return 0;
}

static int compare(const void *a, const void *b) {
	return address_compare(
		((const struct device *)a)->address, ((const struct device *)b)->address);
}

static int read_all(int root, const struct names *names, struct device **devices, size_t *count) {
	for (size_t i = 0; i < names->count; i++) {
		int r;

		if (!ARRAY_ROOM(*devices, *count)) {
			return -ENOMEM;
		}
		r = device_read(root, names->names[i], &(*devices)[*count]);
		if (r < 0 && r != -ENODEV) {
			return r;
		}
		*count += r == 0;
	}
	if (*count > 1) {
		/* Not the order of the names: domain 10000 sorts before 1001 there. */
		qsort(*devices, *count, sizeof(**devices), compare);
	}
	return read_all_guarded(root, *devices, *count);
}

int devices_read(int root, struct device **ret, size_t *ret_count, struct error *error) {
	AUTO_NAMES struct names names = {0};
	struct device *devices = NULL;
	size_t count = 0;
	int r = names_read(root, DEVICES, &names);

	if (r < 0) {
		return error_set(error, r, "cannot read /" DEVICES ": %s", strerror(-r));
	}
	r = read_all(root, &names, &devices, &count);
	if (r < 0) {
		devices_free(devices, count);
		return error_set(error, r, "cannot read the PCI devices: %s", strerror(-r));
	}
	*ret = devices;
	*ret_count = count;
	return 0;
}

int device_identify(int root, const char *name, struct identity *ret, struct error *error) {
	struct device device;
	int r = device_read(root, name, &device);

	if (r == -ENODEV) {
		return error_set(error, r, "there is no PCI device %s", name);
	}
	if (r == 0) {
		r = read_all_guarded(root, &device, 1);
		*ret = r < 0 ? *ret : device.identity;
		device_done(&device);
	}
	return r < 0 ? error_set(error, r, "cannot read what %s is: %s", name, strerror(-r)) : 0;
}

bool identity_same(const struct identity *a, const struct identity *b) {
	if (a->serial[0] && b->serial[0] && strcmp(a->serial, b->serial) != 0) {
		return false;
	}
	return a->vendor == b->vendor && a->device == b->device &&
	       a->subsystem_vendor == b->subsystem_vendor &&
	       a->subsystem_device == b->subsystem_device && a->revision == b->revision;
}
