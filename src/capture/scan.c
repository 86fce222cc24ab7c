// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/scan.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/network/interface.h"

#define PAIR ((size_t)3) /* "00:" */

static bool is_hex(char c) {
	return isxdigit((unsigned char)c);
}

static size_t hex_run(const char *at, const char *end) {
	size_t length = 0;

	while (at + length < end && is_hex(at[length])) {
		length++;
	}
	return length;
}

size_t scan_word(const char *at, const char *end) {
	size_t length = 0;

	while (at + length < end && isalnum((unsigned char)at[length])) {
		length++;
	}
	return length;
}

/* Nothing that could go on follows. */
static bool ends(const char *at, const char *end) {
	return at >= end || !isalnum((unsigned char)*at);
}

static void set_id(const char *at, size_t length, struct scanned *ret) {
	ret->length = length;
	for (size_t i = 0; i < length; i++) {
		ret->id[i] = (char)tolower((unsigned char)at[i]);
	}
	ret->id[length] = '\0';
}

/* All zeros, or all ones, is no id. */
static bool is_nobodys(const char *id) {
	return strspn(id, "0-:") == strlen(id) || strspn(id, "f-:") == strlen(id);
}

static bool scan_dashed(const char *at, const char *end, const char *dash, struct scanned *ret) {
	static const size_t parts[] = {8, 4, 4, 4, 12};
	size_t dash_length = strlen(dash), length = 0;
	const char *here = at;

	for (size_t i = 0; i < COUNT(parts); i++) {
		size_t before = i > 0 ? dash_length : 0;

		if ((size_t)(end - here) < before || memcmp(here, dash, before) != 0 ||
			hex_run(here + before, end) != parts[i]) {
			return false;
		}
		here += before;
		for (size_t k = 0; k < parts[i]; k++) {
			ret->id[length++] = (char)tolower((unsigned char)*here++);
		}
		ret->id[length++] = '-';
	}
	ret->id[length - 1] = '\0';
	ret->kind = SCANNED_UUID;
	ret->length = (size_t)(here - at);
	ret->dash = dash;
	return true;
}

/* As it is, as device-mapper writes it, and as systemd does; what follows may be anything but a
 * digit: "-part1", "p1". */
static bool scan_uuid(const char *at, const char *end, struct scanned *ret) {
	static const char *const dashes[] = {"-", "--", "\\x2d"};

	for (size_t i = 0; i < COUNT(dashes); i++) {
		if (scan_dashed(at, end, dashes[i], ret)) {
			return true;
		}
	}
	return false;
}

static bool scan_id(const char *at, const char *end, struct scanned *ret) {
	if (hex_run(at, end) != 32 || !ends(at + 32, end)) {
		return false;
	}
	ret->kind = SCANNED_ID;
	set_id(at, 32, ret);
	return true;
}

/* Six pairs, or eight (EUI-64); an address of PCI has others. */
static bool scan_hardware(const char *at, const char *end, struct scanned *ret) {
	const char *here = at;
	size_t pairs = 0;
	char separator = '\0';

	while (hex_run(here, end) == 2) {
		pairs++;
		here += 2;
		if (here >= end || (*here != ':' && *here != '-') ||
			(separator && *here != separator) || hex_run(here + 1, end) == 0) {
			break;
		}
		separator = *here++;
	}
	if ((pairs != 6 && pairs != 8) || !ends(here, end) ||
		(size_t)(here - at) != pairs * PAIR - 1) {
		return false;
	}
	ret->kind = SCANNED_HARDWARE;
	ret->separator = separator;
	set_id(at, pairs * PAIR - 1, ret);
	for (size_t i = PAIR - 1; i < ret->length; i += PAIR) {
		ret->id[i] = ':';
	}
	return true;
}

static bool scan_interface(const char *at, const char *end, struct scanned *ret) {
	if (!interface_has_address(at, (size_t)(end - at))) {
		return false;
	}
	ret->kind = SCANNED_INTERFACE;
	ret->length = INTERFACE_ADDRESS_LENGTH;
	memcpy(ret->prefix, at, 3);
	ret->prefix[3] = '\0';
	for (size_t k = 0; k < 6; k++) {
		ret->id[k * PAIR] = (char)tolower((unsigned char)at[3 + 2 * k]);
		ret->id[k * PAIR + 1] = (char)tolower((unsigned char)at[4 + 2 * k]);
		ret->id[k * PAIR + 2] = k < 5 ? ':' : '\0';
	}
	return true;
}

/* The first byte stays, and with it that it is of a private network; loopback, "any", masks and
 * groups are nobody's. */
static bool scan_ipv4(const char *at, const char *end, struct scanned *ret) {
	unsigned int bytes[4];
	char text[16];
	size_t length = 0;
	int used = 0;

	while (at + length < end && length < sizeof(text) - 1 &&
		(isdigit((unsigned char)at[length]) || at[length] == '.')) {
		length++;
	}
	/* It may end a sentence; with a fifth number it is a version. */
	length -= length > 0 && at[length - 1] == '.';
	if (at + length + 1 < end && at[length] == '.' && isdigit((unsigned char)at[length + 1])) {
		return false;
	}
	memcpy(text, at, length);
	text[length] = '\0';
	if (sscanf(text, "%3u.%3u.%3u.%3u%n", &bytes[0], &bytes[1], &bytes[2], &bytes[3], &used) !=
			4 ||
		(size_t)used != length || !ends(at + length, end) || bytes[0] == 0 ||
		bytes[0] == 127 || bytes[0] >= 224 || (bytes[0] == 169 && bytes[1] == 254)) {
		return false;
	}
	for (size_t i = 0; i < 4; i++) {
		if (bytes[i] > 255) {
			return false;
		}
		ret->inet[i] = (uint8_t)bytes[i];
	}
	ret->kind = SCANNED_INET;
	ret->length = length;
	ret->bits = 32;
	ret->kept = 8;
	return true;
}

static bool is_ipv6(const uint8_t *bytes) {
	static const uint8_t nothing[15];

	return bytes[0] != 0xff && memcmp(bytes, nothing, sizeof(nothing)) != 0;
}

static bool scan_ipv6(const char *at, const char *end, struct scanned *ret) {
	char text[INET6_ADDRSTRLEN];
	size_t length = 0, colons = 0, groups = 0;

	while (at + length < end && length < sizeof(text) - 1 &&
		(is_hex(at[length]) || at[length] == ':')) {
		colons += at[length] == ':';
		groups += at[length] != ':' && (length == 0 || at[length - 1] == ':');
		length++;
	}
	/* "::1: no route" */
	if (length > 1 && at[length - 1] == ':' && at[length - 2] != ':') {
		length--;
		colons--;
	}
	/* "::ffff:192.0.2.1": what tells is the address of the elder kind in it. */
	if (at + length + 1 < end && at[length] == '.' && isdigit((unsigned char)at[length + 1])) {
		return false;
	}
	memcpy(text, at, length);
	text[length] = '\0';
	/* "0::/user.slice" is a control group. */
	if (colons < 2 || groups < 2 || !ends(at + length, end) ||
		inet_pton(AF_INET6, text, ret->inet) != 1 || !is_ipv6(ret->inet)) {
		return false;
	}
	ret->kind = SCANNED_INET;
	ret->length = length;
	ret->bits = 128;
	ret->kept = ret->inet[0] == 0xfe && ret->inet[1] >> 6 == 2 ? 64 : 8; /* fe80::/10 */
	return true;
}

bool scan(char before, const char *at, const char *end, struct scanned *ret) {
	if (scan_uuid(at, end, ret) || scan_id(at, end, ret) || scan_hardware(at, end, ret) ||
		scan_interface(at, end, ret)) {
		return !is_nobodys(ret->id);
	}
	return (before != '.' && scan_ipv4(at, end, ret)) || scan_ipv6(at, end, ret);
}

static int write_hardware(const struct scanned *found, size_t number, struct text *ret) {
	char c = found->separator;
	bool is_long = found->length > 6 * PAIR;
	int r = text_add(ret, "02%c00%c00%c", c, c, c);

	r = r == 0 && is_long ? text_add(ret, "00%c00%c", c, c) : r;
	return r < 0 ? r
		     : text_add(ret, "%02x%c%02x%c%02x", (unsigned int)(number >> 16 & 0xff), c,
			       (unsigned int)(number >> 8 & 0xff), c, (unsigned int)number & 0xff);
}

int scan_write(const struct scanned *found, size_t number, struct text *ret) {
	switch (found->kind) {
	case SCANNED_UUID:
		return text_add(ret, "00000000%s0000%s4000%s8000%s%012zx", found->dash, found->dash,
			found->dash, found->dash, number);
	case SCANNED_ID:
		return text_add(ret, "%032zx", number);
	case SCANNED_HARDWARE:
		return write_hardware(found, number, ret);
	case SCANNED_INTERFACE:
		return text_add(ret, "%s020000%06zx", found->prefix, number & 0xffffff);
	case SCANNED_INET:
		break;
	}
	return -EINVAL;
}

int scan_write_inet(const struct scanned *found, struct text *ret) {
	const uint8_t *bytes = found->inet;
	int r = 0;

	if (found->bits == 32) {
		return text_add(ret, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
	}
	for (size_t i = 0; i < 16 && r == 0; i += 2) {
		r = text_add(ret, "%s%x", i ? ":" : "", (unsigned int)bytes[i] << 8 | bytes[i + 1]);
	}
	return r;
}
