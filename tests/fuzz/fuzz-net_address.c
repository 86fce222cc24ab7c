// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <string.h>

#include "base/macros.h"
#include "inventory/net_address.h"

/* Routes stand before an empty line, and behind it a fib_trie, which is read as if_inet6 too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_FREE char *text = strndup((const char *)data, size);
	char *trie = strstr(text, "\n\n");
	AUTO_ROUTES struct routes routes = {0};
	AUTO_NET_ADDRESSES struct net_addresses addresses = {0};

	assert(text);
	if (trie) {
		*trie = '\0';
		trie += 2;
		assert(routes_parse(text, &routes) == 0);
		assert(net_addresses_parse_ipv4(trie, &routes, &addresses) == 0);
		assert(net_addresses_parse_ipv6(trie, &addresses) == 0);
	}
	for (size_t i = 0; i < addresses.count; i++) {
		char written[LABEL_SIZE];

		net_address_format(&addresses.addresses[i], written);
		assert(strchr(written, '/'));
		assert(addresses.addresses[i].length <= 128);
		assert(addresses.addresses[i].interface[0]);
	}
	return 0;
}
