// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/blank.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#define KEY_SIZE 64 /* of a longer one, its end decides */

static bool fits_one(const char *key, const char *const *patterns, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (fnmatch(patterns[i], key, FNM_CASEFOLD) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_secret(const char *at, size_t length, bool qemu) {
	static const char *const secrets[] = {"*passw*", "*passphrase*", "*secret*", "*key*",
		"*token*", "*credential*", "*psk", "pass", "*[._-]pass"};
	static const char *const others[] = {
		"*keymap*", "*keyboard*", "*keytable*", "*hotkey*", "*key-mgmt"};
	static const char *const qemus[] = {"data", "serial", "string"};
	char key[KEY_SIZE];
	size_t skipped = length < sizeof(key) ? 0 : length - sizeof(key) + 1;

	memcpy(key, at + skipped, length - skipped);
	key[length - skipped] = '\0';
	return (fits_one(key, secrets, COUNT(secrets)) && !fits_one(key, others, COUNT(others))) ||
	       (qemu && fits_one(key, qemus, COUNT(qemus)));
}

static size_t key_length(const char *at, const char *end) {
	size_t length = 0;

	while (at + length < end &&
		(isalnum((unsigned char)at[length]) || (at[length] && strchr("_.-", at[length])))) {
		length++;
	}
	return length;
}

static bool is_end(const char *at, const char *end, bool qemu) {
	return strchr(" \t\n\"'", *at) || (*at == '\\' && at + 1 < end && at[1] == '"') ||
	       (qemu && *at == ',');
}

/* Where the value that begins here ends; QEMU has two commas for one. */
static const char *skip_value(const char *at, const char *end, bool qemu) {
	while (at < end) {
		if (qemu && end - at > 1 && at[0] == ',' && at[1] == ',') {
			at += 2;
		} else if (is_end(at, end, qemu)) {
			break;
		} else {
			at++;
		}
	}
	return at;
}

static const char *skip_quoted(const char *at, const char *end) {
	const char *found = memchr(at + 1, *at, (size_t)(end - at - 1));

	return found ? found : end;
}

/* Who, and with which password: what stands before the last '@' of where it is. */
static int add_place(const char **at, const char *end, struct text *ret) {
	const char *begin = *at, *here = begin;

	while (*at < end && !strchr("/ \t\n\"'", **at)) {
		here = **at == '@' ? *at + 1 : here;
		++*at;
	}
	return text_append(ret, here, (size_t)(*at - here));
}

static int add_value(const char **at, const char *end, bool qemu, struct text *ret) {
	const char *value = *at;

	if (value < end && (*value == '"' || *value == '\'')) {
		*at = skip_quoted(value, end);
		return text_append(ret, value, 1);
	}
	*at = skip_value(value, end, qemu);
	return 0;
}

int blank_secrets(const char *data, size_t length, bool qemu, struct text *ret) {
	const char *at = data, *end = data + length;
	int r = text_append(ret, "", 0);

	while (r == 0 && at < end) {
		size_t key = key_length(at, end), taken = key ? key : 1;
		bool is_address = false, is_value = false;

		if (key == 0) {
			taken = end - at > 2 && memcmp(at, "://", 3) == 0 ? 3 : 1;
			is_address = taken == 3;
		} else if (at + key < end) {
			is_address = at[key] == ':' && key == 5 && memcmp(at, "iscsi", 5) == 0;
			is_value = at[key] == '=' && is_secret(at, key, qemu);
			taken += is_address || is_value;
		}
		r = text_append(ret, at, taken);
		at += taken;
		if (r == 0 && is_address) {
			r = add_place(&at, end, ret);
		} else if (r == 0 && is_value) {
			r = add_value(&at, end, qemu, ret);
		}
	}
	return r;
}
