/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder.h"

/*
 * Adds the network devices that a default route (IPv4 or IPv6) leads through, also below bridges,
 * bonds and VLANs.
 */
int routes_read(int root, const struct host *host, struct holders *holders) MUST_CHECK;

/* Adds the interfaces of default routes in a /proc/net/route, or in a /proc/net/ipv6_route. */
int routes_parse(const char *data, struct names *interfaces) MUST_CHECK;
int routes_parse_ipv6(const char *data, struct names *interfaces) MUST_CHECK;
