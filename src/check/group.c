// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "check/area.h"

/* Members of the card's group that are neither bridges nor of the card. */
static size_t list_strangers(
	const struct host *host, const struct device *card, char *ret, size_t size) {
	size_t count = 0, length = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *other = &host->devices[i];

		if (other->group != card->group || device_is_bridge(other) ||
			address_same_slot(other->address, card->address)) {
			continue;
		}
		count++;
		if (length < size) {
			length += (size_t)snprintf(ret + length, size - length, "%s%s%s%s%s",
				count > 1 ? ", " : "", other->name, other->driver[0] ? " (" : "",
				other->driver, other->driver[0] ? ")" : "");
		}
	}
	return count;
}

/* Of a card, the function with the lowest address speaks for all of the group. */
static bool is_first_of_group(const struct host *host, const struct device *device) {
	for (const struct device *other = host->devices; other < device; other++) {
		if (is_graphics(other) && other->group == device->group) {
			return false;
		}
	}
	return true;
}

static void look_shared(struct look *look) {
	for (size_t i = 0; i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];
		char strangers[512];

		if (!is_graphics(device) || device->group == GROUP_NONE ||
			!is_first_of_group(look->host, device) ||
			list_strangers(look->host, device, strangers, sizeof(strangers)) == 0) {
			continue;
		}
		look_add(look, "group-shared", device->name,
			"put the card into another slot, or be ready to give the others away too",
			"is in IOMMU group %d with what would have to go along with it",
			device->group);
		look_at(look, NULL, 0, strangers);
	}
}

/* Since Linux 5.19 a bridge with another driver than these spoils its group (contracts.md C2). */
static void look_bridge_driver(struct look *look) {
	const struct host *host = look->host;

	for (size_t i = 0; host_kernel_at_least(host, 5, 19) && i < host->device_count; i++) {
		const struct device *bridge = &host->devices[i];
		bool with_card = false;

		if (bridge->header_type != 1 || bridge->group == GROUP_NONE || !bridge->driver[0] ||
			strcmp(bridge->driver, "pcieport") == 0 ||
			strcmp(bridge->driver, "pci-stub") == 0 || bridge->has_vfio_device) {
			continue;
		}
		for (size_t k = 0; k < host->device_count; k++) {
			with_card |= is_graphics(&host->devices[k]) &&
				     host->devices[k].group == bridge->group;
		}
		if (with_card) {
			look_add(look, "group-bridge-driver", bridge->name,
				"unload that driver, or blacklist it",
				"is a bridge in the group of a card, and has a driver with which the kernel gives no member of the group to a guest");
			look_at(look, NULL, 0, bridge->driver);
		}
	}
}

/* "0x00000000000a0000 0x00000000000bffff direct" (Documentation/ABI sysfs-kernel-iommu_groups) */
static bool has_direct_region(int root, int group) {
	AUTO_FREE char *data = NULL;
	char path[96];

	return name_format(path, sizeof(path), "/sys/kernel/iommu_groups/%d/reserved_regions",
		       group) == 0 &&
	       file_read(root, path, 1U << 16, &data, NULL) == 0 && strstr(data, " direct\n");
}

static void look_direct(struct look *look) {
	for (size_t i = 0; i < look->host->device_count; i++) {
		const struct device *device = &look->host->devices[i];

		if (is_graphics(device) && device->group != GROUP_NONE &&
			is_first_of_group(look->host, device) &&
			has_direct_region(look->root, device->group)) {
			look_add(look, "group-direct-region", device->name,
				"look for a firmware update, or for a setting that gives the slot free (HP: RMRR)",
				"is claimed by the firmware (a reserved region of IOMMU group %d): newer kernels give it to no guest",
				device->group);
		}
	}
}

static const struct check checks[] = {
	{"group-shared", FINDING_WARNING, look_shared},
	{"group-bridge-driver", FINDING_WARNING, look_bridge_driver},
	{"group-direct-region", FINDING_WARNING, look_direct},
};
const struct check_area group_area = {checks, COUNT(checks)};
