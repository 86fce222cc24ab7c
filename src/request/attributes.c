// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/attributes.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *attributes_find(const char **attributes, const char *name) {
	for (; *attributes; attributes += 2) {
		if (strcmp(attributes[0], name) == 0) {
			return attributes[1];
		}
	}
	return NULL;
}

/* A value may contain anything: encoded, it stays in its line. */
static const char *show(const char *value, char ret[64]) {
	if (!*value) {
		return "";
	}
	return token_encode(value, ret, 64) < 0 ? "..." : ret;
}

/* virXMLPropUInt with base 0. */
static int read_number(const char **attributes, const char *name, unsigned long max,
	unsigned long *ret, struct error *error) {
	const char *text = attributes_find(attributes, name);
	char shown[64], *end;
	unsigned long value;

	if (!text) {
		*ret = 0;
		return 0;
	}
	errno = 0;
	value = strtoul(text, &end, 0);
	if (!isdigit((unsigned char)*text) || *end || errno || value > max) {
		return error_set(error, -EINVAL,
			"%s='%s' of an address is not a number from 0 to %#lx", name,
			show(text, shown), max);
	}
	*ret = value;
	return 0;
}

int attributes_address(const char **attributes, struct address *ret, struct error *error) {
	unsigned long domain, bus, slot, function;

	if (read_number(attributes, "domain", 0xffffffff, &domain, error) < 0 ||
		read_number(attributes, "bus", 0xff, &bus, error) < 0 ||
		read_number(attributes, "slot", 0x1f, &slot, error) < 0 ||
		read_number(attributes, "function", 7, &function, error) < 0) {
		return -EINVAL;
	}
	*ret = (struct address){
		.domain = (uint32_t)domain,
		.bus = (uint8_t)bus,
		.slot = (uint8_t)slot,
		.function = (uint8_t)function,
	};
	return 0;
}
