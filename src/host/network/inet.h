/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address of the internet, IPv4 or IPv6, as it stands in a packet. */
struct inet {
	bool ipv6;
	uint8_t bytes[16]; /* IPv4: the first four */
};

/* "192.0.2.1", "fe80::1", "fe80::1%eno1". -EINVAL. */
int inet_parse(const char *text, struct inet *ret) MUST_CHECK;

/*
 * As the kernel's tables have it: words of eight digits in the order of the machine, one (IPv4) or
 * four (/proc/net/tcp6; IPv4 within IPv6 becomes IPv4). -EINVAL.
 */
int inet_parse_words(const char *digits, struct inet *ret) MUST_CHECK;

/* /proc/net/ipv6_route's way: the bytes in their order. -EINVAL. */
int inet_parse_bytes(const char *digits, struct inet *ret) MUST_CHECK;

bool inet_same(const struct inet *a, const struct inet *b);

/* Are the first `length` bits the same, and both of one kind? */
bool inet_within(const struct inet *address, const struct inet *network, unsigned int length);

/* Does it never leave the machine: loopback, or no address at all? */
bool inet_is_local(const struct inet *address);

/* Does it stand for another machine on each network ("fe80::1")? No route tells which. */
bool inet_is_link_local(const struct inet *address);
