// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/block.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/link.h"

#define BLOCKS     "sys/dev/block"
#define CLASS      "sys/class/block"
#define SUBSYSTEMS "sys/devices/virtual/nvme-subsystem"

/* How deep volumes on volumes are followed: more is a mistake or a loop. */
#define DEPTH_MAX 16

struct search {
	int root;
	int class; /* /sys/class/block */
	const struct host *host;
	struct nodes *nodes;
	struct node node; /* the one whose functions are sought */
};

static int add(struct search *search, struct address device) {
	search->node.device = device;
	/* Two partitions of one disk below one volume: the function is found twice. */
	for (size_t i = search->nodes->count; i > 0; i--) {
		const struct node *other = &search->nodes->nodes[i - 1];

		if (!other->block || other->major != search->node.major ||
			other->minor != search->node.minor) {
			break;
		}
		if (address_compare(other->device, device) == 0) {
			return 0;
		}
	}
	return nodes_add(search->nodes, &search->node);
}

/* Adds the functions that the link stands on; returns how many, or -errno. */
static int add_all(struct search *search, const char *link) {
	struct address devices[NODE_DEVICES_MAX];
	size_t count = node_devices(search->host, link, devices);

	for (size_t i = 0; i < count; i++) {
		int r = add(search, devices[i]);

		if (r < 0) {
			return r;
		}
	}
	return (int)count;
}

static int take_component(const char *path, char *ret, size_t size) {
	size_t length = strcspn(path, "/");

	if (length == 0 || length >= size) {
		return -EINVAL;
	}
	memcpy(ret, path, length);
	ret[length] = '\0';
	return 0;
}

/* "nvme-subsys0/nvme0n1": beside the namespace, links lead to the controllers that reach it. */
static int follow_subsystem(struct search *search, const char *path) {
	char subsystem[LABEL_SIZE], directory[sizeof(SUBSYSTEMS "/") + LABEL_SIZE];
	AUTO_NAMES struct names names = {0};
	AUTO_CLOSE int dir = -1;
	int r = 0;

	if (take_component(path, subsystem, sizeof(subsystem)) < 0 ||
		name_format(directory, sizeof(directory), SUBSYSTEMS "/%s", subsystem) < 0) {
		return 0;
	}
	dir = dir_open(search->root, directory);
	if (dir < 0 || names_read(dir, ".", &names) < 0) {
		return 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		char link[LINK_SIZE];

		if (text_starts(names.names[i], "nvme") &&
			link_read(dir, names.names[i], link, sizeof(link)) == 0) {
			r = add_all(search, link);
			r = r > 0 ? 0 : r;
		}
	}
	return r;
}

static int follow(struct search *search, const char *link, unsigned int depth);

/* "dm-0", or "md0/md0p1": the disk stands on its slaves. */
static int follow_slaves(struct search *search, const char *path, unsigned int depth) {
	char disk[LABEL_SIZE], directory[sizeof(CLASS "//slaves") + LABEL_SIZE];
	AUTO_NAMES struct names names = {0};
	int r = 0;

	if (take_component(path, disk, sizeof(disk)) < 0 ||
		name_format(directory, sizeof(directory), CLASS "/%s/slaves", disk) < 0 ||
		names_read(search->root, directory, &names) < 0) {
		return 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		char link[LINK_SIZE];

		if (link_read(search->class, names.names[i], link, sizeof(link)) == 0) {
			r = follow(search, link, depth + 1);
		}
	}
	return r;
}

/* A loop over a disk holds it and has no slaves; one over a file has the file's mount for that. */
static int follow_loop(struct search *search, const char *path, unsigned int depth) {
	char disk[LABEL_SIZE], file[sizeof(CLASS "//loop/backing_file") + LABEL_SIZE];
	char backing[256], name[LABEL_SIZE], link[LINK_SIZE];

	if (!text_starts(path, "loop") || take_component(path, disk, sizeof(disk)) < 0 ||
		name_format(file, sizeof(file), CLASS "/%s/loop/backing_file", disk) < 0 ||
		file_read_line(search->root, file, backing, sizeof(backing)) < 0 ||
		!text_starts(backing, "/dev/")) {
		return 0;
	}
	if (link_read_name(search->root, backing, name, sizeof(name)) < 0 &&
		name_set(name, sizeof(name), backing + strlen("/dev/")) < 0) {
		return 0;
	}
	return link_read(search->class, name, link, sizeof(link)) < 0
		       ? 0
		       : follow(search, link, depth + 1);
}

static int follow(struct search *search, const char *link, unsigned int depth) {
	const char *path;
	int r;

	if (depth > DEPTH_MAX) {
		return 0;
	}
	r = add_all(search, link);
	if (r != 0) {
		return r < 0 ? r : 0;
	}
	path = link_after(link, "nvme-subsystem");
	if (path) {
		return follow_subsystem(search, path);
	}
	path = link_after(link, "block");
	if (!path) {
		return 0;
	}
	r = follow_slaves(search, path, depth);
	return r < 0 ? r : follow_loop(search, path, depth);
}

int blocks_read(int root, const struct host *host, struct nodes *nodes) {
	AUTO_CLOSE int directory = dir_open(root, BLOCKS), class = dir_open(root, CLASS);
	AUTO_NAMES struct names names = {0};
	struct search search = {.root = root, .class = class, .host = host, .nodes = nodes};
	int r = directory < 0 || class < 0 ? 0 : names_read(directory, ".", &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		char link[LINK_SIZE];

		search.node = (struct node){.block = true};
		if (node_set_number(&search.node, names.names[i]) == 0 &&
			link_read(directory, names.names[i], link, sizeof(link)) == 0 &&
			name_set(search.node.name, sizeof(search.node.name), link_name(link)) ==
				0) {
			r = follow(&search, link, 0);
		}
	}
	return r;
}
