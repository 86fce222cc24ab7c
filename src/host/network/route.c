// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/route.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "host/array.h"

#define FILE_MAX_SIZE (16U << 20)

/* include/uapi/linux/route.h */
#define GATEWAY 0x0002U
#define REJECT  0x0200U

/* Routes that lead nowhere are on "*" (IPv4) or rejected; those on lo stay here. */
static bool leads_out(const struct route *route, unsigned int flags) {
	return !(flags & REJECT) && strcmp(route->interface, "lo") != 0 &&
	       strcmp(route->interface, "*") != 0;
}

static int add(struct routes *routes, struct route *route, unsigned int flags) {
	if (!leads_out(route, flags)) {
		return 0;
	}
	if (!ARRAY_ROOM(routes->routes, routes->count)) {
		return -ENOMEM;
	}
	route->gateway = flags & GATEWAY;
	routes->routes[routes->count++] = *route;
	return 0;
}

static unsigned int count_bits(unsigned int mask) {
	unsigned int count = 0;

	for (unsigned int bit = 0; bit < 32; bit++) {
		count += mask >> bit & 1;
	}
	return count;
}

/* "eno1 0002A8C0 0102A8C0 0003 0 0 100 00FFFFFF ..." below a heading: a mask has no gaps */
int routes_parse(const char *data, struct routes *routes) {
	for (; *data; data = text_next_line(data)) {
		unsigned int flags, mask;
		char destination[9];
		struct route route = {0};
		int r = 0;

		if (sscanf(data, "%31s %8s %*x %x %*u %*u %*u %x", route.interface, destination,
			    &flags, &mask) == 4 &&
			inet_parse_words(destination, &route.destination) == 0) {
			route.length = count_bits(mask);
			r = add(routes, &route, flags);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

/* "0000...0000 00 0000...0000 00 fe80...0001 00000400 ... FLAGS eno1"; the kernel's own unreachable
 * one is on lo */
int routes_parse_ipv6(const char *data, struct routes *routes) {
	for (; *data; data = text_next_line(data)) {
		unsigned int flags;
		char destination[33];
		struct route route = {0};
		int r = 0;

		if (sscanf(data, "%32s %x %*s %*x %*s %*x %*x %*x %x %31s", destination,
			    &route.length, &flags, route.interface) == 4 &&
			route.length <= 128 &&
			inet_parse_bytes(destination, &route.destination) == 0) {
			r = add(routes, &route, flags);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static int read_table(int root, const char *path,
	int (*parse)(const char *data, struct routes *routes), struct routes *routes) {
	AUTO_FREE char *data = NULL;
	int r = file_read(root, path, FILE_MAX_SIZE, &data, NULL);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	return parse(data, routes);
}

int routes_read(int root, struct routes *ret) {
	AUTO_ROUTES struct routes routes = {0};
	int r = read_table(root, "proc/net/route", routes_parse, &routes);

	r = r < 0 ? r : read_table(root, "proc/net/ipv6_route", routes_parse_ipv6, &routes);
	if (r < 0) {
		return r;
	}
	*ret = routes;
	routes = (struct routes){0};
	return 0;
}

void routes_free(struct routes *routes) {
	free(routes->routes);
	*routes = (struct routes){0};
}

const struct route *routes_find(const struct routes *routes, const struct inet *address) {
	const struct route *best = NULL;

	for (size_t i = 0; i < routes->count; i++) {
		const struct route *route = &routes->routes[i];

		if (inet_within(address, &route->destination, route->length) &&
			(!best || route->length > best->length)) {
			best = route;
		}
	}
	return best;
}
