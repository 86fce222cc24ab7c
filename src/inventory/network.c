// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/network.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/link.h"
#include "host/network/interface.h"
#include "inventory/clean.h"
#include "inventory/net_address.h"

#define CLASS     "sys/class/net"
#define PATH_SIZE (sizeof(CLASS "//device/driver") + INTERFACE_SIZE)

/* How deep interfaces on interfaces are followed: more is a mistake or a loop. */
#define DEPTH_MAX 8

/* What an interface is, by what stands in its directory. */
static const struct {
	const char *name;
	const char *type;
} signs[] = {
	{"phy80211", "Wi-Fi"},
	{"wireless", "Wi-Fi"},
	{"bridge", "bridge"},
	{"bonding", "bond"},
	{"tun_flags", "tap"},
};

struct attaching {
	int root;
	int class;
	const struct usb_places *usb;
	const struct interfaces *interfaces;
	const struct net_addresses *addresses;
	struct growing *growing;
};

static int read_line(const struct attaching *all, const char *name, const char *attribute,
	char *ret, size_t size) {
	char path[PATH_SIZE];
	int r = name_format(path, sizeof(path), CLASS "/%s/%s", name, attribute);

	return r < 0 ? r : file_read_line(all->root, path, ret, size);
}

/* ARPHRD_* of include/uapi/linux/if_arp.h */
static const char *type_by_number(const char *number) {
	if (strcmp(number, "1") == 0) {
		return "ethernet";
	}
	return strcmp(number, "32") == 0 ? "InfiniBand" : "";
}

static void read_type(const struct attaching *all, struct attached *entry) {
	char path[PATH_SIZE], number[16] = "";

	for (size_t i = 0; i < COUNT(signs); i++) {
		if (name_format(path, sizeof(path), CLASS "/%s/%s", entry->name, signs[i].name) ==
				0 &&
			file_exists(all->root, path)) {
			snprintf(entry->type, sizeof(entry->type), "%s", signs[i].type);
			return;
		}
	}
	(void)!read_line(all, entry->name, "type", number, sizeof(number));
	snprintf(entry->type, sizeof(entry->type), "%s", type_by_number(number));
}

static void describe(const struct attaching *all, const char *name, struct attached *entry) {
	char path[PATH_SIZE], state[16], address[64];

	*entry = (struct attached){.kind = ATTACHED_INTERFACE};
	label_set(entry->name, name);
	read_type(all, entry);
	entry->unsure = read_line(all, name, "operstate", state, sizeof(state)) < 0 || !state[0] ||
			strcmp(state, "unknown") == 0;
	entry->active = !entry->unsure && strcmp(state, "up") == 0;
	if (read_line(all, name, "address", address, sizeof(address)) == 0 && address[0]) {
		clean_set(entry->secret, sizeof(entry->secret), address);
		entry->secret_kind = SECRET_HARDWARE;
	}
	if (name_format(path, sizeof(path), CLASS "/%s/device/driver", name) < 0 ||
		link_read_name(all->root, path, entry->driver, sizeof(entry->driver)) < 0) {
		entry->driver[0] = '\0';
	}
}

static int put_addresses(const struct attaching *all, const char *name,
	const struct attached *entry, size_t parent) {
	int r = 0;

	for (size_t i = 0; i < all->addresses->count && r == 0; i++) {
		const struct net_address *address = &all->addresses->addresses[i];
		struct attached below = {.kind = ATTACHED_ADDRESS,
			.device = entry->device,
			.parent = parent,
			.secret_kind = SECRET_INTERNET};
		size_t index;

		if (strcmp(address->interface, name) != 0) {
			continue;
		}
		label_set(below.name, address->address.ipv6 ? "IPv6" : "IPv4");
		net_address_format(address, below.secret);
		r = growing_add(all->growing, &below, &index);
	}
	return r;
}

static bool stands_on(const struct interface *interface, const char *name) {
	for (size_t i = 0; i < interface->lowers.count; i++) {
		if (strcmp(interface->lowers.names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* The interface itself, its addresses, and what stands on it. */
static int put(const struct attaching *all, const char *name, const struct attached *where,
	unsigned int depth) {
	struct attached entry;
	size_t place = 0;
	int r;

	if (depth > DEPTH_MAX) {
		return 0;
	}
	describe(all, name, &entry);
	entry.device = where->device;
	entry.parent = where->parent;
	r = growing_add(all->growing, &entry, &place);
	r = r < 0 ? r : put_addresses(all, name, &entry, place);
	for (size_t i = 0; i < all->interfaces->count && r == 0; i++) {
		const struct interface *above = &all->interfaces->interfaces[i];

		if (stands_on(above, name)) {
			struct attached below = {.device = entry.device, .parent = place};

			r = put(all, above->name, &below, depth + 1);
		}
	}
	return r;
}

static int put_all(const struct attaching *all) {
	int r = 0;

	for (size_t i = 0; i < all->interfaces->count && r == 0; i++) {
		const char *name = all->interfaces->interfaces[i].name;
		char link[LINK_SIZE];
		struct attached where = {0};

		if (link_read(all->class, name, link, sizeof(link)) == 0 &&
			usb_places_find(all->usb, all->growing, link, &where) == 0) {
			r = put(all, name, &where, 0);
		}
	}
	return r;
}

int network_attach(
	int root, const struct host *host, const struct usb_places *usb, struct growing *growing) {
	AUTO_CLOSE int class = dir_open(root, CLASS);
	AUTO_INTERFACES struct interfaces interfaces = {0};
	AUTO_NET_ADDRESSES struct net_addresses addresses = {0};
	struct attaching all = {.root = root,
		.class = class,
		.usb = usb,
		.interfaces = &interfaces,
		.addresses = &addresses,
		.growing = growing};
	int r = class < 0 ? 0 : interfaces_read(root, host, &interfaces);

	r = r < 0 ? r : net_addresses_read(root, &addresses);
	return r < 0 ? r : put_all(&all);
}
