// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/route.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/link.h"
#include "host/node.h"

#define CLASS         "sys/class/net"
#define FILE_MAX_SIZE (16U << 20)
#define DEPTH_MAX     8

static const char *next_line(const char *line) {
	const char *newline = strchr(line, '\n');

	return newline ? newline + 1 : line + strlen(line);
}

static int add_name(struct names *names, const char *name) {
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], name) == 0) {
			return 0;
		}
	}
	return names_add(names, name);
}

/* "eno1 00000000 0102A8C0 0003 0 0 100 00000000 ..." below a heading: destination and mask are 0 */
int routes_parse(const char *data, struct names *interfaces) {
	for (; *data; data = next_line(data)) {
		unsigned int destination, mask;
		char interface[32];
		int r = 0;

		if (sscanf(data, "%31s %x %*x %*x %*u %*u %*u %x", interface, &destination,
			    &mask) == 3 &&
			destination == 0 && mask == 0) {
			r = add_name(interfaces, interface);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

/* "0000...0000 00 0000...0000 00 fe80...0001 00000400 ... eno1"; the kernel's own unreachable one
 * is on lo */
int routes_parse_ipv6(const char *data, struct names *interfaces) {
	for (; *data; data = next_line(data)) {
		char destination[33], interface[32];
		unsigned int length;
		int r = 0;

		if (sscanf(data, "%32s %x %*s %*x %*s %*x %*x %*x %*x %31s", destination, &length,
			    interface) == 3 &&
			length == 0 && strspn(destination, "0") == 32 &&
			strcmp(interface, "lo") != 0) {
			r = add_name(interfaces, interface);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

struct search {
	int root;
	int class;
	const struct host *host;
	const char *interface; /* the route's */
	struct holders *holders;
};

static int add(const struct search *search, const struct address *devices, size_t count,
	const char *name) {
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		struct holder holder = {.kind = HOLDER_ROUTE, .device = devices[i]};

		label_set(holder.name, search->interface);
		label_set(holder.node, name);
		r = holders_add(search->holders, &holder);
	}
	return r;
}

/* What an interface stands on is linked in its directory as "lower_eno1". */
static int follow(const struct search *search, const char *name, unsigned int depth) {
	char link[LINK_SIZE], path[sizeof(CLASS "/") + LABEL_SIZE];
	AUTO_NAMES struct names names = {0};
	struct address devices[NODE_DEVICES_MAX];
	size_t count;
	int r = 0;

	if (depth > DEPTH_MAX || link_read(search->class, name, link, sizeof(link)) < 0) {
		return 0;
	}
	count = node_devices(search->host, link, devices);
	if (count > 0) {
		return add(search, devices, count, name);
	}
	if (name_format(path, sizeof(path), CLASS "/%s", name) < 0 ||
		names_read(search->root, path, &names) < 0) {
		return 0;
	}
	for (size_t i = 0; i < names.count && r == 0; i++) {
		if (text_starts(names.names[i], "lower_")) {
			r = follow(search, names.names[i] + strlen("lower_"), depth + 1);
		}
	}
	return r;
}

static int read_tables(int root, struct names *interfaces) {
	AUTO_FREE char *data = NULL, *data_ipv6 = NULL;
	int r = file_read(root, "proc/net/route", FILE_MAX_SIZE, &data, NULL);

	if (r == 0) {
		r = routes_parse(data, interfaces);
	}
	if (r == -ENOMEM) {
		return r;
	}
	r = file_read(root, "proc/net/ipv6_route", FILE_MAX_SIZE, &data_ipv6, NULL);
	if (r == 0) {
		r = routes_parse_ipv6(data_ipv6, interfaces);
	}
	return r == -ENOMEM ? r : 0;
}

int routes_read(int root, const struct host *host, struct holders *holders) {
	AUTO_CLOSE int class = dir_open(root, CLASS);
	AUTO_NAMES struct names interfaces = {0};
	int r = read_tables(root, &interfaces);

	for (size_t i = 0; i < interfaces.count && class >= 0 && r == 0; i++) {
		struct search search = {.root = root,
			.class = class,
			.host = host,
			.interface = interfaces.names[i],
			.holders = holders};

		r = follow(&search, interfaces.names[i], 0);
	}
	return r;
}
