// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/usage.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "host/holder/node.h"
#include "host/holder/walk.h"

#define DEVICES    "sys/bus/pci/devices"
#define VFIO_NODES "vfio/"

/* As much of a device as the reader of nodes looks at. */
static int read_device(int root, struct address address, struct device *ret) {
	char path[64], group[16];
	unsigned long long number;
	AUTO_CLOSE int fd = -1;
	int r;

	*ret = (struct device){.address = address, .group = GROUP_NONE};
	address_format(address, ret->name);
	r = name_format(path, sizeof(path), DEVICES "/%s", ret->name);
	if (r < 0) {
		return r;
	}
	fd = dir_open(root, path);
	if (fd < 0) {
		return fd == -ENOENT ? -ENODEV : fd;
	}
	if (link_read_name(fd, "driver", ret->driver, sizeof(ret->driver)) < 0) {
		ret->driver[0] = '\0';
	}
	if (link_read_name(fd, "iommu_group", group, sizeof(group)) == 0 &&
		number_parse(group, INT_MAX, &number) == 0) {
		ret->group = (int)number;
	}
	return 0;
}

static bool is_of(const struct node *node, const struct host *host) {
	for (size_t i = 0; i < host->device_count; i++) {
		if (address_compare(node->device, host->devices[i].address) == 0) {
			return true;
		}
	}
	return false;
}

/* Without nodes there is nobody to look for, and most functions have none. */
static int read_users(int root, const struct host *host, bool only_vfio, struct holders *ret) {
	const struct filesystems none = {0}; /* mounts are the plan's to refuse */
	AUTO_NODES struct nodes nodes = {0};
	size_t kept = 0, hidden;
	int r = nodes_read(root, host, &nodes);

	for (size_t i = 0; r >= 0 && i < nodes.count; i++) {
		const struct node *node = &nodes.nodes[i];

		if (is_of(node, host) && (!only_vfio || text_starts(node->name, VFIO_NODES))) {
			nodes.nodes[kept++] = *node;
		}
	}
	nodes.count = kept;
	return r < 0 || kept == 0 ? r : processes_read(root, &nodes, &none, ret, &hidden);
}

static int compare(const void *a, const void *b) {
	return address_compare(
		((const struct device *)a)->address, ((const struct device *)b)->address);
}

int usage_read(int root, const struct address *devices, size_t count, bool only_vfio,
	struct holders *ret, struct error *error) {
	AUTO_FREE struct device *read = calloc(count + 1, sizeof(*read));
	struct host host = {.devices = read};
	int r = read ? 0 : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < count; i++) {
		r = read_device(root, devices[i], &read[host.device_count]);
		host.device_count += r == 0;
		r = r == -ENODEV ? 0 : r; /* nobody has what is not there */
	}
	if (host.device_count > 1) {
		qsort(read, host.device_count, sizeof(*read), compare); /* as the reader expects */
	}
	r = r < 0 ? r : read_users(root, &host, only_vfio, ret);
	return r < 0 ? error_set(error, r, "cannot find out who uses the devices: %s", strerror(-r))
		     : 0;
}
