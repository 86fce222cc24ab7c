// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/libvirt.h"

#define BUSES_MAX 256

/* What the guest's PCI buses look like, as far as the definition says. */
struct layout {
	const struct xml *xml;
	struct address card;
	size_t devices;        /* the element */
	unsigned int hostdevs; /* how many <hostdev> there are */
	size_t own[8];         /* those of the card */
	size_t own_count;
	bool port[BUSES_MAX];       /* a root port has this index */
	bool used[BUSES_MAX];       /* a device stands on this bus */
	unsigned int next;          /* the first index that no controller has */
	struct libvirt_place place; /* of the card; bus 0 and slot 0: none yet */
};

static bool is_ours(const struct layout *layout, unsigned int n, unsigned int *ret_function) {
	struct address source;

	if (!libvirt_source(layout->xml, n, &source) || !address_same_slot(source, layout->card)) {
		return false;
	}
	*ret_function = source.function;
	return true;
}

/* Every address of a device in the guest, but those of our own. */
static bool is_foreign_address(const struct layout *layout, size_t element) {
	const struct xml *xml = layout->xml;
	size_t device = xml->elements[element].parent;
	struct xml_attribute type;

	if (device == XML_NONE || xml->elements[device].parent != layout->devices ||
		!xml_attribute(xml, element, "type", &type) ||
		strncmp(xml->data + type.value, "pci", 3) != 0) {
		return false;
	}
	for (size_t i = 0; i < layout->own_count; i++) {
		if (layout->own[i] == device) {
			return false;
		}
	}
	return true;
}

static void read_own(struct layout *layout) {
	struct xml_step step = {.name = "hostdev"};
	unsigned int function;

	for (unsigned int n = 1; n <= layout->hostdevs; n++) {
		if (layout->own_count < COUNT(layout->own) && is_ours(layout, n, &function)) {
			step.nth = n;
			layout->own[layout->own_count++] =
				xml_child(layout->xml, layout->devices, &step);
		}
	}
}

static unsigned int attribute_number(const struct xml *xml, size_t element, const char *name) {
	struct xml_attribute at;

	return xml_attribute(xml, element, name, &at)
		       ? (unsigned int)strtoul(xml->data + at.value, NULL, 0)
		       : 0;
}

static bool is_address(const struct xml *xml, size_t element) {
	return xml->elements[element].name_length == strlen("address") &&
	       strncmp(xml->data + xml->elements[element].begin + 1, "address",
		       strlen("address")) == 0;
}

/* Has another device that slot, or is its bus no root port and its slot taken? */
static bool is_taken(const struct layout *layout, struct libvirt_place place) {
	const struct xml *xml = layout->xml;

	for (size_t i = 0; i < xml->count; i++) {
		if (is_address(xml, i) && is_foreign_address(layout, i) &&
			attribute_number(xml, i, "bus") == place.bus &&
			attribute_number(xml, i, "slot") == place.slot) {
			return true;
		}
	}
	return false;
}

static void read_controllers(struct layout *layout) {
	unsigned int count = xml_count(layout->xml, "./devices/controller");
	char value[XML_VALUE_SIZE];

	for (unsigned int n = 1; n <= count; n++) {
		unsigned long long index;

		if (!xml_value_at(layout->xml, value, "./devices/controller[%u]/@index", n) ||
			number_parse(value, BUSES_MAX - 2, &index) < 0) {
			continue;
		}
		if (index >= layout->next) {
			layout->next = (unsigned int)index + 1;
		}
		if (xml_value_at(layout->xml, value, "./devices/controller[%u]/@model", n) &&
			strcmp(value, "pcie-root-port") == 0) {
			layout->port[index] = true;
		}
	}
}

static void read_addresses(struct layout *layout) {
	for (size_t i = 0; i < layout->xml->count; i++) {
		unsigned int bus = attribute_number(layout->xml, i, "bus");

		if (is_address(layout->xml, i) && is_foreign_address(layout, i) &&
			bus < BUSES_MAX) {
			layout->used[bus] = true;
		}
	}
}

/* Where its lowest function is already, if nobody else is there. */
static bool find_present(struct layout *layout) {
	for (unsigned int n = 1; n <= layout->hostdevs; n++) {
		struct libvirt_place place;
		unsigned int function;

		if (is_ours(layout, n, &function) && libvirt_target(layout->xml, n, &place) &&
			!is_taken(layout, place)) {
			layout->place = place;
			return true;
		}
	}
	return false;
}

/* A root port that nothing stands behind; or a slot of an i440fx, or of a machine without any. */
static int find_free(struct layout *layout, struct xml_edits *ret, struct error *error) {
	bool ports = false;
	int r;

	for (unsigned int i = 1; i < BUSES_MAX; i++) {
		ports = ports || layout->port[i];
		if (layout->port[i] && !layout->used[i]) {
			layout->place = (struct libvirt_place){.bus = i};
			return 0;
		}
	}
	if (!ports) {
		for (unsigned int slot = 3; slot < 30; slot++) {
			layout->place = (struct libvirt_place){.slot = slot};
			if (!is_taken(layout, layout->place)) {
				return 0;
			}
		}
		return error_set(error, -EINVAL, "the guest has no slot that is free");
	}
	if (layout->next >= BUSES_MAX - 1) {
		return error_set(error, -EINVAL, "the guest has no root port that is free");
	}
	layout->place = (struct libvirt_place){.bus = layout->next};
	r = xml_edits_set(ret, "pci", "./devices/controller[@index='%u']/@type", layout->next);
	return r < 0 ? r
		     : xml_edits_set(ret, "pcie-root-port",
			       "./devices/controller[@index='%u']/@model", layout->next);
}

static int set_hex(struct xml_edits *ret, unsigned int n, const char *where, const char *name,
	int digits, unsigned int value) {
	char text[16];

	/* As libvirt writes it, so that nothing changes where it is so already. */
	snprintf(text, sizeof(text), "0x%0*x", digits, value);
	return xml_edits_set(ret, text, "./devices/hostdev[%u]/%s/@%s", n, where, name);
}

static int set_source(struct xml_edits *ret, unsigned int n, struct address address) {
	int r = xml_edits_set(ret, "subsystem", "./devices/hostdev[%u]/@mode", n);

	r = r < 0 ? r : xml_edits_set(ret, "pci", "./devices/hostdev[%u]/@type", n);
	r = r < 0 ? r : xml_edits_set(ret, "yes", "./devices/hostdev[%u]/@managed", n);
	r = r < 0 ? r : set_hex(ret, n, "source/address", "domain", 4, address.domain);
	r = r < 0 ? r : set_hex(ret, n, "source/address", "bus", 2, address.bus);
	r = r < 0 ? r : set_hex(ret, n, "source/address", "slot", 2, address.slot);
	return r < 0 ? r : set_hex(ret, n, "source/address", "function", 1, address.function);
}

static int set_target(
	const struct layout *layout, struct xml_edits *ret, unsigned int n, unsigned int function) {
	int r = xml_edits_set(ret, "pci", "./devices/hostdev[%u]/address/@type", n);

	r = r < 0 ? r : set_hex(ret, n, "address", "domain", 4, 0);
	r = r < 0 ? r : set_hex(ret, n, "address", "bus", 2, layout->place.bus);
	r = r < 0 ? r : set_hex(ret, n, "address", "slot", 2, layout->place.slot);
	r = r < 0 ? r : set_hex(ret, n, "address", "function", 1, function);
	if (r == 0 && function == 0) {
		r = xml_edits_set(ret, "on", "./devices/hostdev[%u]/address/@multifunction", n);
	}
	return r;
}

/* One function: the hostdev that it has, or a new one behind all others. */
static int place_function(
	struct layout *layout, struct address address, bool single, struct xml_edits *ret) {
	unsigned int n, function = 0;
	int r;

	for (n = 1; n <= layout->hostdevs; n++) {
		if (is_ours(layout, n, &function) && function == address.function) {
			return single ? 0 : set_target(layout, ret, n, address.function);
		}
	}
	n = ++layout->hostdevs;
	r = set_source(ret, n, address);
	return r < 0 || single ? r : set_target(layout, ret, n, address.function);
}

int libvirt_place(const struct ground *ground, const struct xml *xml, struct address address,
	struct xml_edits *ret, struct error *error) {
	AUTO_FREE struct layout *layout = calloc(1, sizeof(*layout));
	const struct host *host = ground->host;
	unsigned int functions = 0;
	int r = 0;

	if (!layout) {
		return error_set(error, -ENOMEM, "out of memory");
	}
	*layout = (struct layout){.xml = xml,
		.card = address,
		.devices = xml_find(xml, "./devices"),
		.hostdevs = xml_count(xml, "./devices/hostdev"),
		.next = 1};
	for (size_t i = 0; i < host->device_count; i++) {
		functions += address_same_slot(host->devices[i].address, address);
	}
	read_own(layout);
	read_controllers(layout);
	read_addresses(layout);
	if (functions > 1 && !find_present(layout)) {
		r = find_free(layout, ret, error);
	}
	for (size_t i = 0; r == 0 && i < host->device_count; i++) {
		const struct device *device = &host->devices[i];

		if (address_same_slot(device->address, address) && !device_is_bridge(device)) {
			r = place_function(layout, device->address, functions == 1, ret);
		}
	}
	return r == -ENOMEM ? error_set(error, r, "out of memory") : r;
}
