// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/net_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "host/array.h"

#define FILE_MAX_SIZE (16U << 20)
#define LINE_SIZE     256

void net_addresses_free(struct net_addresses *addresses) {
	free(addresses->addresses);
	*addresses = (struct net_addresses){0};
}

/* sscanf() would measure the rest of the table for each line, and go on in the next. */
static const char *bound(const char *line, char ret[LINE_SIZE]) {
	size_t length = strcspn(line, "\n");

	snprintf(ret, LINE_SIZE, "%.*s", (int)(length < LINE_SIZE ? length : LINE_SIZE - 1), line);
	return ret;
}

/* The kernel shows each of IPv4 in two tables. */
static bool has(const struct net_addresses *addresses, const struct net_address *address) {
	for (size_t i = 0; i < addresses->count; i++) {
		if (inet_same(&addresses->addresses[i].address, &address->address) &&
			strcmp(addresses->addresses[i].interface, address->interface) == 0) {
			return true;
		}
	}
	return false;
}

static int add(struct net_addresses *addresses, const struct net_address *address) {
	if (inet_is_local(&address->address) || has(addresses, address)) {
		return 0;
	}
	if (!ARRAY_ROOM(addresses->addresses, addresses->count)) {
		return -ENOMEM;
	}
	addresses->addresses[addresses->count++] = *address;
	return 0;
}

/* "fe80000000000000505400fffe123456 02 40 20 80 eno1": number, length, scope, flags */
int net_addresses_parse_ipv6(const char *data, struct net_addresses *addresses) {
	for (; *data; data = text_next_line(data)) {
		struct net_address address = {0};
		char line[LINE_SIZE], digits[33];

		if (sscanf(bound(data, line), "%32s %*x %x %*x %*x %31s", digits, &address.length,
			    address.interface) == 3 &&
			address.length <= 128 && inet_parse_bytes(digits, &address.address) == 0) {
			int r = add(addresses, &address);

			if (r < 0) {
				return r;
			}
		}
	}
	return 0;
}

/* The network at hand that the address is in, if that is on one interface alone. */
static const struct route *find_network(const struct routes *routes, const struct inet *address) {
	const struct route *best = NULL;
	bool doubt = false;

	for (size_t i = 0; i < routes->count; i++) {
		const struct route *route = &routes->routes[i];

		if (route->gateway || route->length == 0 ||
			!inet_within(address, &route->destination, route->length) ||
			(best && route->length < best->length)) {
			continue;
		}
		doubt = best && route->length == best->length &&
			strcmp(route->interface, best->interface) != 0;
		best = route;
	}
	return doubt ? NULL : best;
}

static int add_ipv4(
	const char *text, const struct routes *routes, struct net_addresses *addresses) {
	struct net_address address = {0};
	const struct route *network;

	if (inet_parse(text, &address.address) < 0) {
		return 0;
	}
	network = find_network(routes, &address.address);
	if (!network) {
		return 0;
	}
	memcpy(address.interface, network->interface, sizeof(address.interface));
	address.length = network->length;
	return add(addresses, &address);
}

/* "           |-- 192.0.2.7" and below it "              /32 host LOCAL" */
int net_addresses_parse_ipv4(
	const char *data, const struct routes *routes, struct net_addresses *addresses) {
	char line[LINE_SIZE], leaf[16] = "";

	for (; *data; data = text_next_line(data)) {
		const char *word = data + strspn(data, " ");
		int r = 0;

		if (text_starts(word, "|--")) {
			leaf[0] = '\0';
			(void)!sscanf(bound(word, line), "|-- %15s", leaf);
		} else if (text_starts(word, "/32 host LOCAL") && leaf[0]) {
			r = add_ipv4(leaf, routes, addresses);
		}
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

int net_addresses_read(int root, struct net_addresses *ret) {
	AUTO_NET_ADDRESSES struct net_addresses addresses = {0};
	AUTO_ROUTES struct routes routes = {0};
	AUTO_FREE char *ipv4 = NULL, *ipv6 = NULL;
	int r = routes_read(root, &routes);

	if (r == 0 && file_read(root, "proc/net/fib_trie", FILE_MAX_SIZE, &ipv4, NULL) == 0) {
		r = net_addresses_parse_ipv4(ipv4, &routes, &addresses);
	}
	if (r == 0 && file_read(root, "proc/net/if_inet6", FILE_MAX_SIZE, &ipv6, NULL) == 0) {
		r = net_addresses_parse_ipv6(ipv6, &addresses);
	}
	if (r < 0) {
		return r;
	}
	*ret = addresses;
	addresses = (struct net_addresses){0};
	return 0;
}

void net_address_format(const struct net_address *address, char ret[LABEL_SIZE]) {
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(address->address.ipv6 ? AF_INET6 : AF_INET, address->address.bytes, text,
		sizeof(text));
	snprintf(ret, LABEL_SIZE, "%s/%u", text, address->length);
}
