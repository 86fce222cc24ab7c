// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/trait.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "host/resource.h"
#include "inventory/inventory.h"

const char *trait_size(uint64_t bytes, char ret[16]) {
	static const char units[] = "BKMGTPE";
	size_t unit = 0;
	uint64_t rest = 0;

	while (bytes >= 1024 && units[unit + 1]) {
		rest = bytes % 1024;
		bytes /= 1024;
		unit++;
	}
	if (rest * 10 / 1024 > 0 && bytes < 1000) {
		snprintf(
			ret, 16, "%" PRIu64 ".%" PRIu64 "%c", bytes, rest * 10 / 1024, units[unit]);
	} else {
		snprintf(ret, 16, "%" PRIu64 "%c", bytes, units[unit]);
	}
	return ret;
}

int trait_class(const struct listing *listing, const struct device *device, struct text *ret) {
	char name[PCI_NAME_SIZE], number[32];

	if (!pci_names_class(listing->names, device->class, name)) {
		return text_add(
			ret, "%s [%04x]", listing_class(device, number), device->class >> 8);
	}
	return text_add(ret, "%s [%04x]", name, device->class >> 8);
}

int trait_name(const struct listing *listing, const struct device *device, struct text *ret) {
	const struct identity *identity = &device->identity;
	char vendor[PCI_NAME_SIZE], name[PCI_NAME_SIZE];
	bool has_vendor = pci_names_vendor(listing->names, identity->vendor, vendor);
	bool has_name = pci_names_device(listing->names, identity->vendor, identity->device, name);
	int r = text_add(ret, "%s%s%s [%04x:%04x]", vendor, has_vendor ? " " : "",
		has_name ? name : "Device", identity->vendor, identity->device);

	return r < 0 || identity->revision == 0 ? r
						: text_add(ret, " (rev %02x)", identity->revision);
}

/* Without the one that the device has. */
static int add_candidates(
	const struct detail *detail, const struct device *device, struct text *ret) {
	size_t count = 0;
	int r = 0;

	for (size_t i = 0; detail && r == 0 && i < detail->modules.count; i++) {
		if (strcmp(detail->modules.names[i], device->module) != 0) {
			r = text_add(
				ret, "%s%s", count++ ? ", " : " (or ", detail->modules.names[i]);
		}
	}
	return r < 0 || count == 0 ? r : text_add(ret, ")");
}

static int add_driver(const struct detail *detail, const struct device *device, struct text *ret) {
	int r = device->driver[0] ? text_add(ret, "driver %s", device->driver)
				  : text_add(ret, "no driver");

	r = r < 0 ? r : add_candidates(detail, device, ret);
	return r < 0 || !device->in_flight ? r : text_add(ret, ", in flight");
}

static int add_override(
	const struct detail *detail, const struct device *device, struct text *ret) {
	(void)detail;
	return device->override[0] ? text_add(ret, "only for %s", device->override) : 0;
}

static int add_reset(const struct detail *detail, const struct device *device, struct text *ret) {
	(void)detail;
	return device->reset_methods[0] ? text_add(ret, "reset by %s", device->reset_methods)
					: text_add(ret, "no reset of its own");
}

static int add_power(const struct detail *detail, const struct device *device, struct text *ret) {
	(void)detail;
	return device->power_state[0]
		       ? text_add(ret, "%s%s", device->power_state,
				 strcmp(device->runtime_status, "suspended") == 0 ? " (asleep)"
										  : "")
		       : 0;
}

static int add_speed(const struct pcie_link *link, struct text *ret) {
	unsigned int whole = link->megatransfers / 1000, tenths = link->megatransfers % 1000 / 100;

	return tenths ? text_add(ret, "%u.%u GT/s x%u", whole, tenths, link->width)
		      : text_add(ret, "%u GT/s x%u", whole, link->width);
}

static int add_link(const struct detail *detail, const struct device *device, struct text *ret) {
	int r;

	(void)device;
	if (!detail || !detail->now.megatransfers || !detail->now.width) {
		return 0;
	}
	r = text_add(ret, "PCIe ");
	r = r < 0 ? r : add_speed(&detail->now, ret);
	if (r == 0 && detail_link_is_reduced(detail)) {
		r = text_add(ret, ", at most ");
		r = r < 0 ? r : add_speed(&detail->most, ret);
	}
	return r;
}

static int add_bars(const struct detail *detail, const struct device *device, struct text *ret) {
	size_t count = 0;
	int r = 0;

	(void)device;
	for (size_t i = 0; detail && r == 0 && i < detail->bar_count; i++) {
		const struct bar *bar = &detail->bars[i];
		char size[16];

		if (bar->kind == BAR_IO || bar->index == RESOURCE_ROM) {
			continue;
		}
		r = text_add(ret, "%s%s%s", count++ ? ", " : "BARs ", trait_size(bar->size, size),
			bar->resizable ? " (resizable)" : "");
	}
	return r;
}

static int add_place(const struct detail *detail, const struct device *device, struct text *ret) {
	(void)detail;
	return device->numa_node < 0 ? 0 : text_add(ret, "NUMA node %d", device->numa_node);
}

static int add_functions(
	const struct detail *detail, const struct device *device, struct text *ret) {
	char name[ADDRESS_SIZE];

	(void)detail;
	if (device->is_virtual_function) {
		return text_add(ret, "virtual function of %s",
			address_format(device->physical_function, name));
	}
	return device->virtual_functions
		       ? text_add(ret, "%u virtual functions", device->virtual_functions)
		       : 0;
}

int traits_of(const struct listing *listing, const struct device *device, struct names *ret) {
	static int (*const adders[])(const struct detail *detail, const struct device *device,
		struct text *ret) = {add_driver, add_override, add_reset, add_power, add_link,
		add_bars, add_place, add_functions};
	const struct detail *detail = inventory_detail(listing->inventory, device->address);
	AUTO_NAMES struct names traits = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(adders); i++) {
		AUTO_TEXT struct text phrase = {0};

		r = adders[i](detail, device, &phrase);
		r = r < 0 || !phrase.length ? r : names_add(&traits, phrase.data);
	}
	if (r < 0) {
		return r;
	}
	*ret = traits;
	traits = (struct names){0};
	return 0;
}
