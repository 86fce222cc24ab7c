// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/device.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/asleep.h"
#include "host/attribute.h"
#include "host/bars.h"
#include "host/guarded.h"
#include "host/link.h"

#define DEVICES       "sys/bus/pci/devices"
#define CLASS_CARDBUS 0x0607

/*
 * Two files that look handy are never read here. `uevent` (all ids in one read) waits for the
 * device's lock on Linux 6.11 to 6.14 and the stable trees of that time, `sriov_numvfs` on 5.3 to
 * 6.8: a driver that hangs would hang us. The ids stand in modalias too, and the functions that are
 * enabled are links. What cannot be had without the lock is read elsewhere (guarded.h).
 */

/* One after the other, where modalias does not say it. */
static void read_ids(int dir, struct device *device) {
	struct identity *identity = &device->identity;

	identity->vendor = (uint16_t)attribute_number(dir, "vendor", 16);
	identity->device = (uint16_t)attribute_number(dir, "device", 16);
	identity->subsystem_vendor = (uint16_t)attribute_number(dir, "subsystem_vendor", 16);
	identity->subsystem_device = (uint16_t)attribute_number(dir, "subsystem_device", 16);
	device->class = (uint32_t)attribute_number(dir, "class", 16) & 0xffffff;
}

/* "pci:v000010DEd00001E84sv00001458sd00004000bc03sc00i00" (drivers/pci/pci-sysfs.c) */
static void read_identity(int dir, struct device *device) {
	struct identity *identity = &device->identity;
	unsigned int vendor, model, subsystem_vendor, subsystem, base, sub, interface;

	attribute_read_if_any(dir, "modalias", device->modalias, sizeof(device->modalias));
	if (sscanf(device->modalias, "pci:v%8xd%8xsv%8xsd%8xbc%2xsc%2xi%2x", &vendor, &model,
		    &subsystem_vendor, &subsystem, &base, &sub, &interface) == 7) {
		identity->vendor = (uint16_t)vendor;
		identity->device = (uint16_t)model;
		identity->subsystem_vendor = (uint16_t)subsystem_vendor;
		identity->subsystem_device = (uint16_t)subsystem;
		device->class = base << 16 | sub << 8 | interface;
	} else {
		read_ids(dir, device);
	}
	identity->revision = (uint8_t)attribute_number(dir, "revision", 16);
}

static int read_group(int dir) {
	unsigned long long number;
	char link[LINK_SIZE];

	if (link_read(dir, "iommu_group", link, sizeof(link)) < 0 ||
		number_parse(link_name(link), INT_MAX, &number) < 0) {
		return GROUP_NONE;
	}
	return (int)number;
}

static void read_driver(int dir, struct device *device) {
	char link[LINK_SIZE];

	if (link_read(dir, "driver", link, sizeof(link)) < 0 ||
		name_set(device->driver, sizeof(device->driver), link_name(link)) < 0) {
		device->driver[0] = '\0';
	}
}

static void read_module(int root, struct device *device) {
	char path[sizeof("sys/bus/pci/drivers//module") + DRIVER_SIZE];

	if (name_format(path, sizeof(path), "sys/bus/pci/drivers/%s/module", device->driver) < 0 ||
		link_read_name(root, path, device->module, sizeof(device->module)) < 0) {
		device->module[0] = '\0';
	}
}

/* Many devices have few drivers: each is asked once for its module. */
static void read_modules(int root, struct device *devices, size_t count) {
	for (size_t i = 0; i < count; i++) {
		size_t same = 0;

		while (strcmp(devices[same].driver, devices[i].driver) != 0) {
			same++;
		}
		if (same < i) {
			memcpy(devices[i].module, devices[same].module, MODULE_SIZE);
		} else if (devices[i].driver[0]) {
			read_module(root, &devices[i]);
		}
	}
}

static void read_power_state(int dir, struct device *device) {
	attribute_read_if_any(dir, "power_state", device->power_state, sizeof(device->power_state));
}

/* Two files are not one look: a device that was asleep may be "active" by the second. */
static void read_power(int dir, struct device *device) {
	read_power_state(dir, device);
	if (!device->power_state[0] || strcmp(device->power_state, "D0") == 0) {
		return;
	}
	attribute_read_if_any(dir, "power/runtime_status", device->runtime_status,
		sizeof(device->runtime_status));
	if (strcmp(device->runtime_status, "active") == 0) {
		read_power_state(dir, device);
	}
}

/* Neither file waits for the device or wakes it. */
static void read_sleep(int dir, struct device *device) {
	char control[16];

	attribute_read_if_any(dir, "power/control", control, sizeof(control));
	device->may_sleep = strcmp(control, "auto") == 0;
	device->may_lose_power =
		device->may_sleep && attribute_number(dir, "d3cold_allowed", 10) == 1;
}

static bool is_on(int dir, const struct device *device) {
	return !device->driver[0] && !device_is_bridge(device) &&
	       attribute_number(dir, "enable", 10) > 0;
}

static void read_attributes(int dir, struct device *device) {
	unsigned long long number;
	char node[16];

	read_identity(dir, device);
	device->group = read_group(dir);
	read_driver(dir, device);
	read_power(dir, device);
	device->is_on = is_on(dir, device);
	if (!device_is_bridge(device)) {
		read_sleep(dir, device);
	}
	attribute_read_if_any(dir, "numa_node", node, sizeof(node));
	device->numa_node = number_parse(node, INT_MAX, &number) < 0 ? -1 : (int)number;
}

/* A device link to another PCI device is named "consumer:pci:ADDRESS" (drivers/base/core.c). */
static int look_at_link(const char *name, const char *prefix, struct names *names) {
	return text_starts(name, prefix) ? names_add(names, name + strlen(prefix)) : 0;
}

static void read_physical_function(int dir, struct device *device) {
	char link[LINK_SIZE];

	device->is_virtual_function = true;
	if (link_read(dir, "physfn", link, sizeof(link)) < 0 ||
		address_parse(link_name(link), &device->physical_function) < 0) {
		device->physical_function = (struct address){0};
	}
}

struct looking {
	int dir;
	struct device *device;
	unsigned int bars;
};

/* One look at the names in the device's directory saves many at files that are not there. */
static int look_at_name(void *context, const char *name) {
	struct looking *looking = context;
	struct device *device = looking->device;
	int dir = looking->dir, r;

	if (strcmp(name, "secondary_bus_number") == 0) {
		/* Only bridges have it: config, which says so too, would wake the device. */
		device->header_type = device->class >> 8 == CLASS_CARDBUS ? 2 : 1;
	} else if (strcmp(name, "boot_vga") == 0) {
		device->boot_vga = attribute_number(dir, name, 10) == 1;
	} else if (strcmp(name, "reset_method") == 0) {
		attribute_read_if_any(
			dir, name, device->reset_methods, sizeof(device->reset_methods));
	} else if (strcmp(name, "current_link_speed") == 0) {
		device->has_link = true;
	} else if (strcmp(name, "vfio-dev") == 0) {
		device->has_vfio_device = true;
	} else if (strcmp(name, "physfn") == 0) {
		read_physical_function(dir, device);
	} else if (text_starts(name, "virtfn")) {
		device->virtual_functions++;
	}
	looking->bars |= bars_look(name);
	r = look_at_link(name, "consumer:pci:", &device->consumers);
	return r < 0 ? r : look_at_link(name, "supplier:pci:", &device->suppliers);
}

static void device_done(struct device *device) {
	names_free(&device->consumers);
	names_free(&device->suppliers);
}

static int look_at_names(int dir, struct device *device) {
	struct looking looking = {.dir = dir, .device = device};
	int r = dir_each(dir, look_at_name, &looking);

	bars_read(dir, looking.bars, device->bar_sizes);
	names_sort(&device->consumers); /* the kernel's order is not ours */
	names_sort(&device->suppliers);
	return r == -ENOMEM || r == -E2BIG ? r : 0; /* and not that it went away meanwhile */
}

/* -ENODEV: it is no PCI function, or went away while we looked. */
static int device_read(int root, const char *name, struct device *ret) {
	struct device device = {0};
	AUTO_CLOSE int dir = -1;
	char path[sizeof(DEVICES "/") + ADDRESS_SIZE];
	int r;

	if (address_parse(name, &device.address) < 0) {
		return -ENODEV;
	}
	address_format(device.address, device.name);
	dir = name_format(path, sizeof(path), DEVICES "/%s", name) < 0 ? -1 : dir_open(root, path);
	if (dir < 0) {
		return -ENODEV;
	}
	read_attributes(dir, &device);
	r = look_at_names(dir, &device);
	if (r < 0) {
		device_done(&device);
		return r;
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
	read_modules(root, *devices, *count);
	asleep_look(root, *devices, *count);
	return 0;
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

int device_identify(
	int root, const char *name, bool with_serial, struct identity *ret, struct error *error) {
	struct device device = {0};
	char path[sizeof(DEVICES "/") + ADDRESS_SIZE];
	AUTO_CLOSE int dir = -1;

	if (address_parse(name, &device.address) == 0) {
		address_format(device.address, device.name);
		dir = name_format(path, sizeof(path), DEVICES "/%s", device.name) < 0
			      ? -1
			      : dir_open(root, path);
	}
	if (dir < 0) {
		return error_set(error, -ENODEV, "there is no PCI device %s", name);
	}
	read_identity(dir, &device);
	if (with_serial) {
		attribute_read_if_any(
			dir, "power_state", device.power_state, sizeof(device.power_state));
		device.header_type = file_exists(dir, "secondary_bus_number");
		guarded_read_here(root, &device);
	}
	*ret = device.identity;
	return 0;
}

bool identity_same(const struct identity *a, const struct identity *b) {
	if (a->serial[0] && b->serial[0] && strcmp(a->serial, b->serial) != 0) {
		return false;
	}
	return a->vendor == b->vendor && a->device == b->device &&
	       a->subsystem_vendor == b->subsystem_vendor &&
	       a->subsystem_device == b->subsystem_device && a->revision == b->revision;
}
