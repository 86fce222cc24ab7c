// SPDX-License-Identifier: GPL-2.0-or-later
#include "early/assigned.h"

#include <stdio.h>
#include <string.h>

/* What is left of a line. */
struct rest {
	const char *at, *end;
};

static int digit(char c) {
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Exactly so many digits, then that character; '\0': the end of the line. */
static bool take(struct rest *rest, unsigned int digits, char then, uint32_t *ret) {
	uint32_t value = 0;

	for (; digits > 0; digits--) {
		int d = rest->at < rest->end ? digit(*rest->at++) : -1;

		if (d < 0) {
			return false;
		}
		value = value << 4 | (uint32_t)d;
	}
	*ret = value;
	if (then == '\0') {
		return rest->at == rest->end;
	}
	return rest->at < rest->end && *rest->at++ == then;
}

/* The kernel writes at least four digits of a domain, and as many as it needs. */
static bool take_address(struct rest *rest, char ret[ASSIGNED_ADDRESS_SIZE]) {
	const char *start = rest->at;
	unsigned int digits = 0;
	uint32_t number, function;

	while (start + digits < rest->end && digit(start[digits]) >= 0) {
		digits++;
	}
	if (digits < 4 || digits > 8 || (digits > 4 && *start == '0') ||
		!take(rest, digits, ':', &number) || !take(rest, 2, ':', &number) ||
		!take(rest, 2, '.', &number) || number > 0x1f || !take(rest, 1, ' ', &function) ||
		function > 7) {
		return false;
	}
	memcpy(ret, start, (size_t)(rest->at - start) - 1);
	ret[rest->at - start - 1] = '\0';
	return true;
}

static bool take_ids(struct rest *rest, uint16_t *ret_vendor, uint16_t *ret_device) {
	uint32_t vendor, device;

	if (!take(rest, 4, ':', &vendor) || !take(rest, 4, ' ', &device)) {
		return false;
	}
	*ret_vendor = (uint16_t)vendor;
	*ret_device = (uint16_t)device;
	return true;
}

static bool parse(struct rest rest, struct assigned *ret) {
	struct assigned assigned = {0};

	if (!take_address(&rest, assigned.address) ||
		!take_ids(&rest, &assigned.vendor, &assigned.device) ||
		!take_ids(&rest, &assigned.subsystem_vendor, &assigned.subsystem_device) ||
		!take(&rest, 6, '\0', &assigned.class)) {
		return false;
	}
	*ret = assigned;
	return true;
}

enum assigned_found assigned_next(struct assigned_reader *reader, struct assigned *ret) {
	while (reader->at < reader->length) {
		const char *start = reader->data + reader->at;
		const char *end = memchr(start, '\n', reader->length - reader->at);

		reader->line++;
		if (!end) {
			reader->at = reader->length;
			return ASSIGNED_BROKEN;
		}
		reader->at += (size_t)(end - start) + 1;
		if (end > start && *start != '#') {
			return parse((struct rest){start, end}, ret) ? ASSIGNED_FOUND
								     : ASSIGNED_BROKEN;
		}
	}
	return ASSIGNED_END;
}

void assigned_format(const struct assigned *assigned, char ret[ASSIGNED_LINE_SIZE]) {
	snprintf(ret, ASSIGNED_LINE_SIZE, "%s %04x:%04x %04x:%04x %06x\n", assigned->address,
		assigned->vendor, assigned->device, assigned->subsystem_vendor,
		assigned->subsystem_device, assigned->class & 0xffffffU);
}
