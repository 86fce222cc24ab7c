// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/kfd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define TOPOLOGY      KFD "/topology/nodes"
#define FILE_MAX_SIZE 65536
#define PATH_SIZE     (sizeof(TOPOLOGY "//properties") + 256)

/* "location_id 768", "domain 0": a line for each. Kernels before 5.9 know one domain. */
int kfd_address_parse(const char *properties, struct address *ret) {
	uint32_t location = 0, domain = 0;
	bool found = false;

	while (*properties) {
		size_t length = strcspn(properties, "\n");

		found |= sscanf(properties, "location_id %" SCNu32, &location) == 1;
		(void)!sscanf(properties, "domain %" SCNu32, &domain);
		properties += length + (properties[length] == '\n');
	}
	if (!found || location > 0xffff) {
		return -EINVAL;
	}
	*ret = (struct address){.domain = domain,
		.bus = (uint8_t)(location >> 8),
		.slot = (uint8_t)(location >> 3 & 0x1f),
		.function = (uint8_t)(location & 7)};
	return 0;
}

/* A processor is a node too, with the number 0. */
static bool is_at(int root, const char *name, struct address address, uint32_t *ret) {
	AUTO_FREE char *properties = NULL;
	struct address found;
	char path[PATH_SIZE];
	uint64_t gpu;

	if (name_format(path, sizeof(path), TOPOLOGY "/%s/gpu_id", name) < 0 ||
		file_read_number(root, path, 10, &gpu) < 0 || gpu == 0 || gpu > UINT32_MAX ||
		name_format(path, sizeof(path), TOPOLOGY "/%s/properties", name) < 0 ||
		file_read(root, path, FILE_MAX_SIZE, &properties, NULL) < 0 ||
		kfd_address_parse(properties, &found) < 0 || address_compare(found, address) != 0) {
		return false;
	}
	*ret = (uint32_t)gpu;
	return true;
}

static uint32_t find_gpu(int root, const struct names *names, struct address address) {
	uint32_t gpu;

	for (size_t i = 0; i < names->count; i++) {
		if (is_at(root, names->names[i], address, &gpu)) {
			return gpu;
		}
	}
	return 0;
}

static size_t count_cards(const struct host *host) {
	size_t count = 0;

	for (size_t i = 0; i < host->device_count; i++) {
		count += strcmp(host->devices[i].driver, "amdgpu") == 0;
	}
	return count;
}

/* Of several cards, one that the driver has no number for is no card to it (too old). */
int kfd_nodes_add(int root, const struct host *host, struct node *node, struct nodes *nodes) {
	bool only = count_cards(host) == 1;
	AUTO_NAMES struct names names = {0};
	int r = only ? 0 : names_read(root, TOPOLOGY, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < host->device_count && r == 0; i++) {
		const struct device *device = &host->devices[i];

		if (strcmp(device->driver, "amdgpu") != 0) {
			continue;
		}
		node->device = device->address;
		node->kfd_gpu = only ? 0 : find_gpu(root, &names, device->address);
		if (only || node->kfd_gpu) {
			r = nodes_add(nodes, node);
		}
	}
	return r;
}

static bool has_queue(int kfd, int pid, uint32_t gpu) {
	AUTO_NAMES struct names queues = {0};
	char path[PATH_SIZE];

	if (name_format(path, sizeof(path), "proc/%d/queues", pid) < 0 ||
		names_read(kfd, path, &queues) < 0) {
		return false;
	}
	for (size_t i = 0; i < queues.count; i++) {
		uint64_t number;

		if (name_format(path, sizeof(path), "proc/%d/queues/%s/gpuid", pid,
			    queues.names[i]) == 0 &&
			file_read_number(kfd, path, 10, &number) == 0 && number == gpu) {
			return true;
		}
	}
	return false;
}

bool kfd_uses(int kfd, int pid, uint32_t gpu) {
	char path[PATH_SIZE];
	uint64_t size;

	if (name_format(path, sizeof(path), "proc/%d/vram_%" PRIu32, pid, gpu) == 0 &&
		file_read_number(kfd, path, 10, &size) == 0 && size > 0) {
		return true;
	}
	return has_queue(kfd, pid, gpu);
}
