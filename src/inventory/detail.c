// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/detail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/asleep.h"
#include "host/attribute.h"
#include "host/resource.h"
#include "inventory/candidates.h"

#define DEVICES       "sys/bus/pci/devices"
#define PATH_SIZE     (sizeof(DEVICES "//resource") + ADDRESS_SIZE)
#define RESOURCES_MAX 4096 /* seventeen lines of 57 characters */

/* include/linux/ioport.h */
#define RESOURCE_IO       0x00000100ULL
#define RESOURCE_MEMORY   0x00000200ULL
#define RESOURCE_PREFETCH 0x00002000ULL
#define RESOURCE_64       0x00100000ULL
#define RESOURCE_UNSET    0x20000000ULL

/* "8.0 GT/s PCIe", "2.5 GT/s" (before Linux 5.7), "Unknown", "Unknown speed" */
unsigned int pcie_speed_parse(const char *text) {
	unsigned int whole, tenths;
	int length = 0;

	if (sscanf(text, "%3u.%1u GT/s%n", &whole, &tenths, &length) != 2 || length == 0) {
		return 0;
	}
	return whole * 1000 + tenths * 100;
}

/* A device without power answers with ones: 63. */
unsigned int pcie_width_parse(const char *text) {
	unsigned long long width;

	return number_parse(text, 32, &width) < 0 ? 0 : (unsigned int)width;
}

static void read_link(int dir, const char *speed, const char *width, struct pcie_link *ret) {
	char text[32];

	attribute_read_if_any(dir, speed, text, sizeof(text));
	ret->megatransfers = pcie_speed_parse(text);
	attribute_read_if_any(dir, width, text, sizeof(text));
	ret->width = pcie_width_parse(text);
	if (!ret->megatransfers || !ret->width) {
		*ret = (struct pcie_link){0};
	}
}

/* Only PCI Express has a link, and then all four attributes. */
static void read_links(int root, const struct device *device, struct detail *detail) {
	char path[PATH_SIZE];
	AUTO_CLOSE int dir = -1;

	if (!device->has_link || device_sleeps(device) || device->below_sleeper ||
		name_format(path, sizeof(path), DEVICES "/%s", device->name) < 0) {
		return;
	}
	dir = dir_open(root, path);
	if (dir >= 0) {
		read_link(dir, "current_link_speed", "current_link_width", &detail->now);
		read_link(dir, "max_link_speed", "max_link_width", &detail->most);
	}
}

bool detail_link_is_reduced(const struct detail *detail) {
	return detail->now.width && detail->most.width &&
	       (detail->now.width < detail->most.width ||
		       detail->now.megatransfers < detail->most.megatransfers);
}

static bool is_resizable(const struct device *device, unsigned int index) {
	char word[8];
	const char *found;

	snprintf(word, sizeof(word), "%u=", index % 10);
	found = strstr(device->bar_sizes, word);
	return found && (found == device->bar_sizes || found[-1] == ',');
}

/* An unassigned one has its size from 0 on. */
static void add_bar(const struct device *device, unsigned int index,
	const struct resource *resource, struct detail *detail) {
	struct bar bar = {.index = index,
		.kind = resource->flags & RESOURCE_IO   ? BAR_IO
			: resource->flags & RESOURCE_64 ? BAR_MEMORY_64
							: BAR_MEMORY,
		.prefetchable = resource->flags & RESOURCE_PREFETCH,
		.resizable = is_resizable(device, index),
		.start = resource->flags & RESOURCE_UNSET ? 0 : resource->start};

	if (!(resource->flags & (RESOURCE_IO | RESOURCE_MEMORY)) ||
		resource->end < resource->start || (resource->start == 0 && resource->end == 0)) {
		return;
	}
	bar.size = resource->end - resource->start + 1;
	detail->bars[detail->bar_count++] = bar;
}

/* A bridge has two BARs, and no more that are its own: what follows are its windows. */
static void read_bars(int root, const struct device *device, struct detail *detail) {
	char path[PATH_SIZE], data[RESOURCES_MAX];
	unsigned int bars = device->header_type == 0   ? RESOURCE_ROM
			    : device->header_type == 1 ? 2
						       : 1;

	if (name_format(path, sizeof(path), DEVICES "/%s/resource", device->name) < 0 ||
		attribute_read_alone(root, path, data, sizeof(data)) < 0) {
		return;
	}
	for (unsigned int i = 0; i <= RESOURCE_ROM; i++) {
		struct resource resource;

		if ((i < bars || i == RESOURCE_ROM) && resource_parse(data, i, &resource) == 0) {
			add_bar(device, i, &resource, detail);
		}
	}
}

static void read_domain(int groups, int group, char *ret, size_t size) {
	char path[sizeof("/type") + 16];

	if (groups < 0 || group == GROUP_NONE ||
		name_format(path, sizeof(path), "%d/type", group) < 0 ||
		file_read_line(groups, path, ret, size) < 0) {
		ret[0] = '\0';
	}
}

static int detail_read(int root, int groups, const struct device *device,
	const struct candidates *candidates, struct detail *detail) {
	detail->device = device->address;
	read_links(root, device, detail);
	read_bars(root, device, detail);
	read_domain(groups, device->group, detail->domain, sizeof(detail->domain));
	return candidates_find(candidates, device->modalias, &detail->modules);
}

int details_read(int root, const struct host *host, struct detail **ret, size_t *ret_count) {
	AUTO_CANDIDATES struct candidates candidates = {0};
	AUTO_CLOSE int groups = dir_open(root, "sys/kernel/iommu_groups");
	struct detail *details = calloc(host->device_count + 1, sizeof(*details));
	int r = details ? candidates_read(root, host->kernel, &candidates) : -ENOMEM;

	for (size_t i = 0; i < host->device_count && r == 0; i++) {
		r = detail_read(root, groups, &host->devices[i], &candidates, &details[i]);
	}
	if (r < 0) {
		details_free(details, details ? host->device_count : 0);
		return r;
	}
	*ret = details;
	*ret_count = host->device_count;
	return 0;
}

void details_free(struct detail *details, size_t count) {
	for (size_t i = 0; i < count; i++) {
		names_free(&details[i].modules);
	}
	free(details);
}
