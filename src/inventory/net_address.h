/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/network/route.h"

/*
 * The addresses that the machine has in the internet, from what the kernel shows in files
 * (if_inet6; fib_trie has the addresses of IPv4, and route on which interface their networks are).
 * An address of IPv4 of which these do not say whose it is, because two interfaces are in its
 * network, or none is, is left out.
 */
struct net_address {
	char interface[INTERFACE_SIZE];
	struct inet address;
	unsigned int length; /* how many bits are the network's */
};

struct net_addresses {
	struct net_address *addresses;
	size_t count;
};

/* A machine without network has none. -ENOMEM. */
int net_addresses_read(int root, struct net_addresses *ret) MUST_CHECK;
void net_addresses_free(struct net_addresses *addresses);

#define AUTO_NET_ADDRESSES CLEANUP(net_addresses_free)

/* Adds those of a /proc/net/if_inet6, and of a /proc/net/fib_trie. -ENOMEM. */
int net_addresses_parse_ipv6(const char *data, struct net_addresses *addresses) MUST_CHECK;
int net_addresses_parse_ipv4(
	const char *data, const struct routes *routes, struct net_addresses *addresses) MUST_CHECK;

/* "192.0.2.7/24" */
void net_address_format(const struct net_address *address, char ret[LABEL_SIZE]);
