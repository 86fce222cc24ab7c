// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/secret.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define HEX "0123456789abcdefABCDEF"

/* 6b1f0a52-3c4d-4e5f-8a9b-0c1d2e3f4a5b */
static bool is_uuid(const char *text, size_t length) {
	if (length != 36) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if ((text[i] == '-') != dash) {
			return false;
		}
	}
	return true;
}

static size_t count(const char *text, size_t length, char sought) {
	size_t found = 0;

	for (size_t i = 0; i < length; i++) {
		found += text[i] == sought;
	}
	return found;
}

/* 192.0.2.7 */
static bool is_ipv4(const char *text, size_t length) {
	size_t digits = 0;

	for (size_t i = 0; i < length; i++) {
		digits = text[i] == '.' ? 0 : digits + 1;
		if (digits > 3 || (text[i] != '.' && !isdigit((unsigned char)text[i])) ||
			(text[i] == '.' && (i == 0 || text[i - 1] == '.'))) {
			return false;
		}
	}
	return digits > 0 && count(text, length, '.') == 3;
}

/* 2001:db8::7; a PCI address has two ':' and no "::". */
static bool is_ipv6(const char *text, size_t length) {
	for (size_t i = 1; i < length; i++) {
		if (text[i] == ':' && text[i - 1] == ':') {
			return length > 3;
		}
	}
	return count(text, length, ':') == 7;
}

/* 02:00:5e:10:00:01 */
static bool is_hardware(const char *text, size_t length) {
	for (size_t i = 0; i < length; i++) {
		if ((text[i] == ':') != (i % 3 == 2)) {
			return false;
		}
	}
	return length == 17;
}

/* An interface that is called after its hardware address: enx02005e100001. */
static size_t measure_name(const char *text) {
	bool after = strncmp(text, "enx", 3) == 0 || strncmp(text, "wlx", 3) == 0;

	return after && strspn(text + 3, HEX) == 12 ? 15 : 0;
}

/* How many bytes at the beginning of the text are a secret, and what it is; 0: none. */
static size_t find(const char *text, const char **ret) {
	size_t uuid = strspn(text, HEX "-"), address = strspn(text, HEX ":.");
	size_t length = measure_name(text);

	if (length > 0) {
		*ret = "(interface)";
		return length;
	}
	if (is_uuid(text, uuid)) {
		*ret = "(UUID)";
		return uuid;
	}
	/* The end of a sentence is none of it. */
	while (address > 0 &&
		(text[address - 1] == '.' ||
			(text[address - 1] == ':' && (address < 2 || text[address - 2] != ':')))) {
		address--;
	}
	if (is_ipv4(text, address) || is_hardware(text, address) || is_ipv6(text, address)) {
		*ret = "(address)";
		return address;
	}
	return 0;
}

int secret_conceal(const char *text, struct text *ret) {
	bool inside = false; /* a word, in the middle of which nothing begins */
	int r = text_add(ret, "%s", "");

	while (r == 0 && *text) {
		const char *kind;
		size_t length = inside ? 0 : find(text, &kind);

		inside = isalnum((unsigned char)*text);
		r = length ? text_add(ret, "%s", kind) : text_append(ret, text, 1);
		text += length ? length : 1;
	}
	return r;
}
