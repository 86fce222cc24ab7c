/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/network/inet.h"
#include "host/network/interface.h"

/*
 * Where packets go. For IPv4 the kernel shows its main table in a file and the others, which rules
 * of policy routing choose, to those only who ask by netlink: a captured machine has files, and the
 * real one is read like it. Who uses such tables has other reasons on an interface, or none.
 */
struct route {
	char interface[INTERFACE_SIZE];
	struct inet destination;
	unsigned int length; /* how many bits of the destination count; 0: the default route */
	bool gateway;        /* it leaves the network at hand */
};

struct routes {
	struct route *routes;
	size_t count;
};

/* Both families. What cannot be read has no routes; -ENOMEM. */
int routes_read(int root, struct routes *ret) MUST_CHECK;
void routes_free(struct routes *routes);

#define AUTO_ROUTES CLEANUP(routes_free)

/* Adds those of a /proc/net/route, or of a /proc/net/ipv6_route. -ENOMEM. */
int routes_parse(const char *data, struct routes *routes) MUST_CHECK;
int routes_parse_ipv6(const char *data, struct routes *routes) MUST_CHECK;

/* The one that packets to the address take: the longest that fits. NULL: none. */
const struct route *routes_find(const struct routes *routes, const struct inet *address);
