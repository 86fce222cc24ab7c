// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/interface.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <linux/if.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"
#include "host/link.h"

#define CLASS     "sys/class/net"
#define DEPTH_MAX 8
#define PATH_SIZE (sizeof(CLASS "//") + INTERFACE_SIZE + LABEL_SIZE)

/* 0: not readable */
static int read_number(int root, const char *name, const char *attribute) {
	char path[PATH_SIZE];
	uint64_t value;

	if (name_format(path, sizeof(path), CLASS "/%s/%s", name, attribute) < 0 ||
		file_read_number(root, path, 0, &value) < 0 || value > INT_MAX) {
		return 0;
	}
	return (int)value;
}

/* A tap that nobody has opened, or a veth whose peer is down, is down. */
static bool is_running(int root, const char *name) {
	char path[PATH_SIZE], state[16];

	return name_format(path, sizeof(path), CLASS "/%s/operstate", name) == 0 &&
	       file_read_line(root, path, state, sizeof(state)) == 0 &&
	       (strcmp(state, "up") == 0 || strcmp(state, "unknown") == 0);
}

/* tun_flags: tap or tun (drivers/net/tun.c). tapN: macvtap. A veth's link is its other end. */
static bool looks_like_an_end(int root, const struct interface *interface, bool has_tap) {
	char path[PATH_SIZE];
	int peer;

	if (interface->lowers.count > 0) {
		return has_tap;
	}
	if (name_format(path, sizeof(path), CLASS "/%s/tun_flags", interface->name) == 0 &&
		file_exists(root, path)) {
		return true;
	}
	peer = read_number(root, interface->name, "iflink");
	return peer != 0 && peer != interface->index;
}

/* What an interface stands on is linked in its directory as "lower_eno1". */
static int read_virtual(int root, struct interface *interface) {
	char path[PATH_SIZE];
	AUTO_NAMES struct names names = {0};
	bool has_tap = false;
	int r = name_format(path, sizeof(path), CLASS "/%s", interface->name);

	r = r < 0 ? r : names_read(root, path, &names);
	for (size_t i = 0; i < names.count && r == 0; i++) {
		const char *name = names.names[i];

		has_tap |= text_starts(name, "tap") && strspn(name + 3, "0123456789") > 0;
		if (text_starts(name, "lower_")) {
			r = names_add(&interface->lowers, name + strlen("lower_"));
		}
	}
	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	interface->is_end = interface->up && looks_like_an_end(root, interface, has_tap) &&
			    is_running(root, interface->name);
	return 0;
}

static void interface_done(struct interface *interface) {
	names_free(&interface->lowers);
}

/* 1: not an interface */
static int read_interface(
	int root, int class, const struct host *host, const char *name, struct interface *ret) {
	struct interface interface = {0};
	char link[LINK_SIZE];
	int r = 0;

	/* bonding_masters is a file. */
	if (name_set(interface.name, sizeof(interface.name), name) < 0 ||
		link_read(class, name, link, sizeof(link)) < 0) {
		return 1;
	}
	interface.up = read_number(root, name, "flags") & IFF_UP;
	interface.index = read_number(root, name, "ifindex");
	interface.device_count = node_devices(host, link, interface.devices);
	if (interface.device_count == 0 && strcmp(name, "lo") != 0) {
		r = read_virtual(root, &interface);
	}
	if (r < 0) {
		interface_done(&interface);
		return r;
	}
	*ret = interface;
	return 0;
}

int interfaces_read(int root, const struct host *host, struct interfaces *ret) {
	AUTO_CLOSE int class = dir_open(root, CLASS);
	AUTO_INTERFACES struct interfaces interfaces = {0};
	AUTO_NAMES struct names names = {0};
	int r = class < 0 ? class : names_read(class, ".", &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count; i++) {
		if (!ARRAY_ROOM(interfaces.interfaces, interfaces.count)) {
			return -ENOMEM;
		}
		r = read_interface(root, class, host, names.names[i],
			&interfaces.interfaces[interfaces.count]);
		if (r < 0) {
			return r;
		}
		interfaces.count += r == 0;
	}
	*ret = interfaces;
	interfaces = (struct interfaces){0};
	return 0;
}

void interfaces_free(struct interfaces *interfaces) {
	for (size_t i = 0; i < interfaces->count; i++) {
		interface_done(&interfaces->interfaces[i]);
	}
	free(interfaces->interfaces);
	*interfaces = (struct interfaces){0};
}

bool interface_has_address(const char *text, size_t length) {
	static const char *const prefixes[] = {"enx", "wlx", "wwx"};
	size_t digits = 3;
	bool named = false;

	for (size_t i = 0; i < COUNT(prefixes); i++) {
		named |= length >= INTERFACE_ADDRESS_LENGTH && memcmp(text, prefixes[i], 3) == 0;
	}
	while (named && digits < length && isxdigit((unsigned char)text[digits])) {
		digits++;
	}
	return digits == INTERFACE_ADDRESS_LENGTH &&
	       (digits == length || !isalnum((unsigned char)text[digits]));
}

static int compare(const void *name, const void *interface) {
	return strcmp(name, ((const struct interface *)interface)->name);
}

const struct interface *interfaces_find(const struct interfaces *interfaces, const char *name) {
	return interfaces->count ? bsearch(name, interfaces->interfaces, interfaces->count,
					   sizeof(*interfaces->interfaces), compare)
				 : NULL;
}

bool interface_is_tunnel(const struct interface *interface) {
	return interface->device_count == 0 && interface->lowers.count == 0 &&
	       strcmp(interface->name, "lo") != 0;
}

static int add(
	const struct interface *interface, const struct holder *like, struct holders *holders) {
	int r = 0;

	for (size_t i = 0; i < interface->device_count && r == 0; i++) {
		struct holder holder = *like;

		holder.device = interface->devices[i];
		label_set(holder.node, interface->name);
		r = holders_add(holders, &holder);
	}
	return r;
}

static int follow(const struct interfaces *interfaces, const char *name, unsigned int depth,
	const struct holder *like, struct holders *holders) {
	const struct interface *interface = interfaces_find(interfaces, name);
	int r;

	if (!interface || depth > DEPTH_MAX) {
		return 0;
	}
	r = add(interface, like, holders);
	for (size_t i = 0; i < interface->lowers.count && r == 0; i++) {
		r = follow(interfaces, interface->lowers.names[i], depth + 1, like, holders);
	}
	return r;
}

int interfaces_hold(const struct interfaces *interfaces, const char *name,
	const struct holder *like, struct holders *holders) {
	return follow(interfaces, name, 0, like, holders);
}
