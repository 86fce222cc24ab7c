// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/address.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads digits_min to digits_max hex digits off *text, which must then stand before stop. */
static int take(const char **text, size_t digits_min, size_t digits_max, char stop, uint32_t *ret) {
	const char *c = *text;
	uint32_t value = 0;
	size_t count = 0;

	for (; isxdigit((unsigned char)*c) && count < digits_max; c++, count++) {
		int lower = tolower((unsigned char)*c);

		value = value * 16 + (uint32_t)(lower <= '9' ? lower - '0' : lower - 'a' + 10);
	}
	if (count < digits_min || *c != stop) {
		return -EINVAL;
	}
	*text = c + (stop != '\0');
	*ret = value;
	return 0;
}

int address_parse(const char *text, struct address *ret) {
	uint32_t domain = 0, bus, slot, function;
	const char *colon = strchr(text, ':');

	if (!colon) {
		return -EINVAL;
	}
	if (strchr(colon + 1, ':') && take(&text, 4, 8, ':', &domain) < 0) {
		return -EINVAL;
	}
	if (take(&text, 2, 2, ':', &bus) < 0 || take(&text, 2, 2, '.', &slot) < 0 ||
		take(&text, 1, 1, '\0', &function) < 0 || slot > 0x1f || function > 7) {
		return -EINVAL;
	}
	*ret = (struct address){
		.domain = domain,
		.bus = (uint8_t)bus,
		.slot = (uint8_t)slot,
		.function = (uint8_t)function,
	};
	return 0;
}

const char *address_format(struct address address, char ret[ADDRESS_SIZE]) {
	snprintf(ret, ADDRESS_SIZE, "%04x:%02x:%02x.%x", address.domain, address.bus, address.slot,
		address.function);
	return ret;
}

int address_compare(struct address a, struct address b) {
	uint64_t x = (uint64_t)a.domain << 24 | (uint64_t)a.bus << 16 | (uint64_t)a.slot << 8 |
		     a.function;
	uint64_t y = (uint64_t)b.domain << 24 | (uint64_t)b.bus << 16 | (uint64_t)b.slot << 8 |
		     b.function;

	return (x > y) - (x < y);
}

bool address_same_slot(struct address a, struct address b) {
	a.function = b.function;
	return address_compare(a, b) == 0;
}

static int compare(const void *a, const void *b) {
	return address_compare(*(const struct address *)a, *(const struct address *)b);
}

void address_sort(struct address *addresses, size_t count) {
	qsort(addresses, count, sizeof(*addresses), compare);
}
