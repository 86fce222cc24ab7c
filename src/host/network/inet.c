// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/inet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WORD_DIGITS 8
#define IPV4_SIZE   4
#define IPV6_SIZE   16

int inet_parse(const char *text, struct inet *ret) {
	struct inet address = {.ipv6 = strchr(text, ':')};
	char plain[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "%");

	if (length >= sizeof(plain)) {
		return -EINVAL;
	}
	memcpy(plain, text, length);
	plain[length] = '\0';
	if (inet_pton(address.ipv6 ? AF_INET6 : AF_INET, plain, address.bytes) != 1) {
		return -EINVAL;
	}
	*ret = address;
	return 0;
}

/* "::ffff:192.0.2.1": an IPv4 connection to a socket that takes both. */
static void unwrap(struct inet *address) {
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	if (address->ipv6 && memcmp(address->bytes, prefix, sizeof(prefix)) == 0) {
		memmove(address->bytes, address->bytes + sizeof(prefix), IPV4_SIZE);
		memset(address->bytes + IPV4_SIZE, 0, IPV6_SIZE - IPV4_SIZE);
		address->ipv6 = false;
	}
}

int inet_parse_words(const char *digits, struct inet *ret) {
	size_t length = strlen(digits);
	struct inet address = {.ipv6 = length == 2 * (size_t)IPV6_SIZE};

	if (strspn(digits, "0123456789abcdefABCDEF") != length ||
		(!address.ipv6 && length != WORD_DIGITS)) {
		return -EINVAL;
	}
	for (size_t i = 0; i < length / WORD_DIGITS; i++) {
		uint32_t word;

		if (sscanf(digits + i * WORD_DIGITS, "%8x", &word) != 1) {
			return -EINVAL;
		}
		memcpy(address.bytes + i * sizeof(word), &word, sizeof(word));
	}
	unwrap(&address);
	*ret = address;
	return 0;
}

int inet_parse_bytes(const char *digits, struct inet *ret) {
	struct inet address = {.ipv6 = true};

	if (strspn(digits, "0123456789abcdefABCDEF") != 2 * (size_t)IPV6_SIZE ||
		digits[2 * (size_t)IPV6_SIZE]) {
		return -EINVAL;
	}
	for (size_t i = 0; i < IPV6_SIZE; i++) {
		if (sscanf(digits + 2 * i, "%2hhx", &address.bytes[i]) != 1) {
			return -EINVAL;
		}
	}
	*ret = address;
	return 0;
}

bool inet_same(const struct inet *a, const struct inet *b) {
	return a->ipv6 == b->ipv6 &&
	       memcmp(a->bytes, b->bytes, a->ipv6 ? IPV6_SIZE : IPV4_SIZE) == 0;
}

bool inet_within(const struct inet *address, const struct inet *network, unsigned int length) {
	size_t whole = length / 8;
	unsigned int rest = length % 8;

	if (address->ipv6 != network->ipv6 || length > 8U * IPV6_SIZE ||
		memcmp(address->bytes, network->bytes, whole) != 0) {
		return false;
	}
	return rest == 0 || (address->bytes[whole] ^ network->bytes[whole]) >> (8 - rest) == 0;
}

bool inet_is_local(const struct inet *address) {
	static const struct inet nowhere = {.ipv6 = false}, nowhere6 = {.ipv6 = true};
	static const struct inet loopback6 = {.ipv6 = true, .bytes = {[15] = 1}};

	return inet_same(address, &nowhere) || inet_same(address, &nowhere6) ||
	       inet_same(address, &loopback6) || (!address->ipv6 && address->bytes[0] == 127);
}

bool inet_is_link_local(const struct inet *address) {
	static const struct inet network = {.ipv6 = true, .bytes = {0xfe, 0x80}};

	return inet_within(address, &network, 10);
}
