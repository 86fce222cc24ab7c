// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/nvidia.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define CARDS              "proc/driver/nvidia/gpus"
#define CAPABILITIES       "proc/driver/nvidia/capabilities"
#define CAPABILITIES_DEPTH 6

/* kernel-open/common/inc/nv-chardev-numbers.h of NVIDIA's open modules */
#define NVIDIA_MAJOR  195
#define MINOR_MODESET 254
#define MINOR_CONTROL 255
#define FILE_MAX_SIZE 65536

int nvidia_minor_parse(const char *data, uint32_t *ret) {
	for (; *data; data = text_next_line(data)) {
		unsigned int minor;

		if (sscanf(data, "Device Minor: %u", &minor) == 1) {
			*ret = minor;
			return 0;
		}
	}
	return -ENOENT;
}

int nvidia_capability_parse(const char *data, uint32_t *ret) {
	for (; *data; data = text_next_line(data)) {
		unsigned int minor;

		if (sscanf(data, "DeviceFileMinor: %u", &minor) == 1) {
			*ret = minor;
			return 0;
		}
	}
	return -ENOENT;
}

int character_major_parse(const char *data, const char *driver, uint32_t *ret) {
	for (; *data && !text_starts(data, "Block devices:"); data = text_next_line(data)) {
		char name[64];
		unsigned int major;

		if (sscanf(data, "%u %63s", &major, name) == 2 && strcmp(name, driver) == 0) {
			*ret = major;
			return 0;
		}
	}
	return -ENOENT;
}

static int add(struct nodes *nodes, struct address device, const char *name, uint32_t major,
	uint32_t minor) {
	struct node node = {.major = major, .minor = minor, .device = device};
	int r = name_set(node.name, sizeof(node.name), name);

	return r < 0 ? r : nodes_add(nodes, &node);
}

static int add_card(int root, const char *name, struct address address, struct nodes *nodes) {
	char path[sizeof(CARDS "//information") + ADDRESS_SIZE], node[32];
	AUTO_FREE char *data = NULL;
	uint32_t minor = 0;
	int r = name_format(path, sizeof(path), CARDS "/%s/information", name);

	if (r == 0) {
		r = file_read(root, path, FILE_MAX_SIZE, &data, NULL);
	}
	if (r == 0) {
		r = nvidia_minor_parse(data, &minor);
	}
	if (r == 0) {
		r = name_format(node, sizeof(node), "nvidia%u", minor);
	}
	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	return add(nodes, address, node, NVIDIA_MAJOR, minor);
}

/* "DeviceFileMinor: 3" in a file of the capabilities. */
static int add_capability(
	int root, const char *path, struct address address, uint32_t major, struct nodes *nodes) {
	AUTO_FREE char *data = NULL;
	uint32_t minor = 0;
	char name[32];
	int r = file_read(root, path, FILE_MAX_SIZE, &data, NULL);

	r = r < 0 ? r : nvidia_capability_parse(data, &minor);
	r = r < 0 ? r : name_format(name, sizeof(name), "nvidia-caps/nvidia-cap%u", minor);
	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	return add(nodes, address, name, major, minor);
}

/* A tree of a few levels: "gpu0/mig/gi1/ci0/access", "mig/monitor". */
static int add_capabilities(int root, const char *path, unsigned int depth, struct address address,
	uint32_t major, struct nodes *nodes) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(root, path, &names);

	if (r == -ENOTDIR) {
		return add_capability(root, path, address, major, nodes);
	}
	for (size_t i = 0; i < names.count && depth < CAPABILITIES_DEPTH; i++) {
		char below[512];

		r = name_format(below, sizeof(below), "%s/%s", path, names.names[i]);
		r = r < 0 ? r : add_capabilities(root, below, depth + 1, address, major, nodes);
		if (r == -ENOMEM || r == -E2BIG) {
			return r;
		}
	}
	return r == -ENOMEM ? r : 0;
}

/* What is the driver's own keeps its modules loaded. */
static int add_shared(int root, struct address address, struct nodes *nodes) {
	AUTO_FREE char *data = NULL;
	uint32_t major;
	int r = file_read(root, "proc/devices", FILE_MAX_SIZE, &data, NULL);

	if (r == -ENOMEM) {
		return r;
	}
	r = add(nodes, address, "nvidiactl", NVIDIA_MAJOR, MINOR_CONTROL);
	r = r < 0 ? r : add(nodes, address, "nvidia-modeset", NVIDIA_MAJOR, MINOR_MODESET);
	if (r == 0 && data && character_major_parse(data, "nvidia-uvm", &major) == 0) {
		r = add(nodes, address, "nvidia-uvm", major, 0);
		r = r < 0 ? r : add(nodes, address, "nvidia-uvm-tools", major, 1);
	}
	if (r == 0 && data && character_major_parse(data, "nvidia-caps", &major) == 0) {
		r = add_capabilities(root, CAPABILITIES, 0, address, major, nodes);
	}
	return r;
}

int nvidia_nodes_read(int root, struct nodes *nodes) {
	AUTO_NAMES struct names names = {0};
	struct address address = {0};
	int r = names_read(root, CARDS, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		if (address_parse(names.names[i], &address) == 0) {
			r = add_card(root, names.names[i], address, nodes);
		}
	}
	if (r == 0 && names.count == 1) {
		r = add_shared(root, address, nodes);
	}
	return r;
}
