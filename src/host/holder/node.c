// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/node.h"

#include <errno.h>
#include <limits.h>
#include <linux/major.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/disk/block.h"
#include "host/holder/kfd.h"
#include "host/holder/nvidia.h"
#include "host/link.h"

#define CHARACTERS "sys/dev/char"
#define NODES_MAX  65536

void nodes_free(struct nodes *nodes) {
	free(nodes->nodes);
	*nodes = (struct nodes){0};
}

int nodes_add(struct nodes *nodes, const struct node *node) {
	if (nodes->count >= NODES_MAX) {
		return -E2BIG;
	}
	if (!ARRAY_ROOM(nodes->nodes, nodes->count)) {
		return -ENOMEM;
	}
	nodes->nodes[nodes->count++] = *node;
	return 0;
}

size_t node_devices(
	const struct host *host, const char *link, struct address ret[NODE_DEVICES_MAX]) {
	size_t count = link_devices(link, ret, NODE_DEVICES_MAX), kept = 0;

	for (size_t i = 0; i < count; i++) {
		const struct device *device = host_device(host, ret[i]);

		if (i + 1 == count || (device && !device_is_bridge(device))) {
			ret[kept++] = ret[i];
		}
	}
	return kept;
}

int node_set_number(struct node *node, const char *name) {
	char end;

	return sscanf(name, "%u:%u%c", &node->major, &node->minor, &end) == 2 ? 0 : -EINVAL;
}

/* Where in /dev a class of devices has its nodes, and how many components stand between it and them
 * in sysfs ("sound/card0/controlC0"). Others have theirs at the top. */
static const struct {
	const char *class;
	unsigned int between;
	const char *prefix;
} places[] = {
	{"accel", 0, "accel/"},
	{"drm", 0, "dri/"},
	{"infiniband_verbs", 0, "infiniband/"},
	{"sound", 1, "snd/"},
	{"vfio", 0, "vfio/"},
	{"vfio-dev", 0, "vfio/devices/"},
};

static unsigned int count_slashes(const char *path) {
	unsigned int count = 0;

	for (; *path; path++) {
		count += *path == '/';
	}
	return count;
}

static int set_name(struct node *node, const char *link) {
	const char *prefix = "";

	for (size_t i = 0; i < COUNT(places); i++) {
		const char *path = link_after(link, places[i].class);

		if (path && count_slashes(path) == places[i].between) {
			prefix = places[i].prefix;
		}
	}
	return name_format(node->name, sizeof(node->name), "%s%s", prefix, link_name(link));
}

/*
 * Readers of input devices, and of what hangs behind USB, are told when it goes: unplugging is
 * daily life to them and to their drivers, which wait for nobody (a USB sound card is freed when
 * its last file is closed, one on PCI waits for that). logind, which has every keyboard open, is
 * one of them.
 */
static bool may_vanish(const struct node *node, const char *link) {
	const char *below = link_below_device(link);

	return node->major == INPUT_MAJOR || link_after(below, "hidraw") || strstr(below, "/usb");
}

/* Whoever has "virtual/vfio/14" open has every device of group 14. */
static int add_group(
	const struct host *host, const char *link, struct node *node, struct nodes *nodes) {
	unsigned long long group;
	int r = 0;

	if (!link_after(link, "vfio") || number_parse(link_name(link), INT_MAX, &group) < 0) {
		return 0;
	}
	for (size_t i = 0; i < host->device_count && r == 0; i++) {
		if (host->devices[i].group == (int)group) {
			node->device = host->devices[i].address;
			r = nodes_add(nodes, node);
		}
	}
	return r;
}

/* Terminals are half of all nodes, and those of the kernel itself are of no device: mem, tty1 to
 * tty63, vcs (Documentation/admin-guide/devices.txt). */
static bool is_of_kernel(const struct node *node) {
	return node->major == MEM_MAJOR || (node->major == TTY_MAJOR && node->minor < 64) ||
	       node->major == VCS_MAJOR;
}

static bool is_card(const struct node *node) {
	return !node->block && text_starts(node->name, "dri/card");
}

/* Those that sysfs shows on no function of their own. */
static int add_virtual(int root, const struct host *host, const char *link, struct node *node,
	struct nodes *nodes) {
	nodes->other_cards |= is_card(node);
	return strcmp(node->name, "kfd") == 0 ? kfd_nodes_add(root, host, node, nodes)
					      : add_group(host, link, node, nodes);
}

static int add_character(
	int root, const struct host *host, int directory, const char *name, struct nodes *nodes) {
	struct node node = {0};
	struct address devices[NODE_DEVICES_MAX];
	char link[LINK_SIZE];
	size_t count;
	int r = 0;

	if (node_set_number(&node, name) < 0 || is_of_kernel(&node) ||
		link_read(directory, name, link, sizeof(link)) < 0 || set_name(&node, link) < 0) {
		return 0;
	}
	count = node_devices(host, link, devices);
	if (count == 0) {
		return add_virtual(root, host, link, &node, nodes);
	}
	for (size_t i = 0; i < count && r == 0 && !may_vanish(&node, link); i++) {
		node.device = devices[i];
		r = nodes_add(nodes, &node);
	}
	return r;
}

static int add_characters(int root, const struct host *host, struct nodes *nodes) {
	AUTO_CLOSE int directory = dir_open(root, CHARACTERS);
	AUTO_NAMES struct names names = {0};
	int r = directory < 0 ? directory : names_read(directory, ".", &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		r = add_character(root, host, directory, names.names[i], nodes);
	}
	return r;
}

/* Is there a card on another device, of that driver or of any? */
static bool has_other_card(const struct host *host, const struct nodes *nodes,
	const struct node *node, const char *driver) {
	for (size_t i = 0; i < nodes->count; i++) {
		const struct node *other = &nodes->nodes[i];
		const struct device *device = host_device(host, other->device);

		if (is_card(other) && address_compare(other->device, node->device) != 0 &&
			(!driver || (device && strcmp(device->driver, driver) == 0))) {
			return true;
		}
	}
	return false;
}

/* For buffer.h, as long as the nodes of all devices are at hand. */
static void mark_cards(const struct host *host, struct nodes *nodes) {
	for (size_t i = 0; i < nodes->count; i++) {
		struct node *node = &nodes->nodes[i];
		const struct device *device = host_device(host, node->device);

		if (!is_card(node) || !device) {
			continue;
		}
		node->only_card = !nodes->other_cards && !has_other_card(host, nodes, node, NULL);
		if (!has_other_card(host, nodes, node, device->driver)) {
			memcpy(node->only_of_driver, device->driver, DRIVER_SIZE);
		}
	}
}

static int compare_numbers(const struct node *x, const struct node *y) {
	if (x->block != y->block) {
		return x->block - y->block;
	}
	if (x->major != y->major) {
		return x->major < y->major ? -1 : 1;
	}
	return (x->minor > y->minor) - (x->minor < y->minor);
}

static int compare(const void *a, const void *b) {
	const struct node *x = a, *y = b;
	int order = compare_numbers(x, y);

	return order ? order : address_compare(x->device, y->device);
}

int nodes_read(int root, const struct host *host, struct nodes *ret) {
	AUTO_NODES struct nodes nodes = {0};
	int r = add_characters(root, host, &nodes);

	if (r == 0) {
		r = blocks_read(root, host, &nodes);
	}
	if (r == 0) {
		r = nvidia_nodes_read(root, &nodes);
	}
	if (r < 0) {
		return r;
	}
	if (nodes.count > 1) {
		qsort(nodes.nodes, nodes.count, sizeof(*nodes.nodes), compare);
	}
	mark_cards(host, &nodes);
	*ret = nodes;
	nodes = (struct nodes){0};
	return 0;
}

const struct node *nodes_find(const struct nodes *nodes, const struct node *number) {
	size_t low = 0, high = nodes->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_numbers(&nodes->nodes[middle], number) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return nodes_next(nodes, nodes->nodes ? nodes->nodes + low : NULL, number);
}

const struct node *nodes_next(
	const struct nodes *nodes, const struct node *node, const struct node *number) {
	if (!node || node >= nodes->nodes + nodes->count || compare_numbers(node, number) != 0) {
		return NULL;
	}
	return node;
}

const struct node *nodes_find_name(const struct nodes *nodes, const char *name) {
	for (size_t i = 0; i < nodes->count; i++) {
		if (strcmp(nodes->nodes[i].name, name) == 0) {
			return &nodes->nodes[i];
		}
	}
	return NULL;
}
