// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/usage.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "host/holder/node.h"
#include "host/holder/walk.h"
#include "host/network/network.h"

#define DEVICES    "sys/bus/pci/devices"
#define VFIO_NODES "vfio/"

/* As much of a device as the reader of nodes looks at. */
static int read_device(int root, const char *name, struct device *ret) {
	char path[64], group[16];
	unsigned long long number;
	uint64_t class;
	AUTO_CLOSE int fd = -1;
	int r = name_set(ret->name, sizeof(ret->name), name);

	r = r < 0 ? r : address_parse(name, &ret->address);
	r = r < 0 ? r : name_format(path, sizeof(path), DEVICES "/%s", name);
	fd = r < 0 ? r : dir_open(root, path);
	if (fd < 0) {
		return fd;
	}
	if (link_read_name(fd, "driver", ret->driver, sizeof(ret->driver)) < 0) {
		ret->driver[0] = '\0';
	}
	if (link_read_name(fd, "iommu_group", group, sizeof(group)) == 0 &&
		number_parse(group, INT_MAX, &number) == 0) {
		ret->group = (int)number;
	}
	if (file_read_number(fd, "class", 16, &class) == 0) {
		ret->class = (uint32_t) class;
	}
	return 0;
}

static int compare(const void *a, const void *b) {
	return address_compare(
		((const struct device *)a)->address, ((const struct device *)b)->address);
}

/* All of them: what a buffer is of, for one, only the others tell. */
static int read_devices(int root, struct host *ret) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(root, DEVICES, &names);

	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	ret->devices = calloc(names.count + 1, sizeof(*ret->devices));
	if (!ret->devices) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < names.count; i++) {
		struct device *device = &ret->devices[ret->device_count];

		*device = (struct device){.group = GROUP_NONE};
		/* Nobody has what is not there any more. */
		ret->device_count += read_device(root, names.names[i], device) == 0;
	}
	if (ret->device_count > 1) {
		qsort(ret->devices, ret->device_count, sizeof(*ret->devices), compare);
	}
	return 0;
}

static bool is_asked(const struct usage *usage, struct address device) {
	for (size_t i = 0; i < usage->count; i++) {
		if (address_compare(device, usage->devices[i]) == 0) {
			return true;
		}
	}
	return false;
}

static void keep_asked(const struct usage *usage, struct nodes *nodes) {
	size_t kept = 0;

	for (size_t i = 0; i < nodes->count; i++) {
		const struct node *node = &nodes->nodes[i];

		if (is_asked(usage, node->device) &&
			(usage->what != USAGE_VFIO || text_starts(node->name, VFIO_NODES))) {
			nodes->nodes[kept++] = *node;
		}
	}
	nodes->count = kept;
}

/* Of a machine that has no other devices: without a network card nothing is asked. */
static int read_network(
	int root, const struct usage *usage, const struct host *host, struct holders *ret) {
	AUTO_FREE struct device *asked = calloc(host->device_count + 1, sizeof(*asked));
	AUTO_NAMES struct names own = {0};
	struct host few = {.devices = asked};

	if (!asked) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < host->device_count; i++) {
		if (is_asked(usage, host->devices[i].address)) {
			asked[few.device_count++] = host->devices[i];
		}
	}
	return network_read(root, &few, ret, &own);
}

/* Without nodes there is nobody to look for, and most functions have none. */
static int read_processes(
	int root, const struct nodes *nodes, struct holders *ret, size_t *ret_hidden) {
	const struct filesystems none = {0}; /* a mount says already that a disk is busy */

	return nodes->count == 0 ? 0 : processes_read(root, nodes, &none, ret, ret_hidden);
}

static int read_all(int root, const struct usage *usage, const struct host *host,
	struct holders *ret, size_t *ret_hidden) {
	bool still = usage->what == USAGE_ALL || usage->what == USAGE_STILL;
	AUTO_NODES struct nodes nodes = {0};
	int r = nodes_read(root, host, &nodes);

	if (r < 0) {
		return r;
	}
	keep_asked(usage, &nodes);
	r = still ? disks_hold(root, &nodes, ret) : 0;
	r = r == 0 && still ? read_network(root, usage, host, ret) : r;
	return r < 0 || usage->what == USAGE_STILL ? r
						   : read_processes(root, &nodes, ret, ret_hidden);
}

int usage_read(int root, const struct usage *usage, struct holders *ret, size_t *ret_hidden,
	struct error *error) {
	struct host host = {0};
	int r = usage->count > 0 ? read_devices(root, &host) : 0;

	*ret_hidden = 0;
	r = r < 0 ? r : read_all(root, usage, &host, ret, ret_hidden);
	free(host.devices);
	return r < 0 ? error_set(error, r, "cannot find out who uses the devices: %s", strerror(-r))
		     : 0;
}
