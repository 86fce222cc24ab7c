// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/known.h"

#include <errno.h>
#include <string.h>

#include "plan/identity.h"

#define LINE_SIZE 2048 /* the longest begins the file: the guest, percent-encoded */

static int parse_head(struct known *known, const char *text) {
	char version[8];
	int r = token_take(&text, version, sizeof(version));

	if (r < 0 || strcmp(version, "1") != 0 || known->guest[0]) {
		return -EINVAL;
	}
	r = token_take(&text, known->guest, sizeof(known->guest));
	return r < 0 || *text || !known->guest[0] ? -EINVAL : 0;
}

static int parse_device(struct known *known, const char *text) {
	char name[ADDRESS_SIZE], again[ADDRESS_SIZE];
	struct address address;
	struct identity identity;
	int r = token_take(&text, name, sizeof(name));

	r = r < 0 ? r : address_parse(name, &address);
	if (r < 0 || strcmp(name, address_format(address, again)) != 0) {
		return -EINVAL;
	}
	r = identity_take(&text, &identity);
	if (r < 0 || *text || !known->guest[0] || known_find(known, address)) {
		return -EINVAL;
	}
	return known_add(known, address, &identity, NULL);
}

static int parse_line(struct known *known, const char *data, size_t length) {
	char line[LINE_SIZE], word[8];
	const char *text = line;

	if (length >= sizeof(line) || memchr(data, '\0', length)) {
		return -EINVAL;
	}
	memcpy(line, data, length);
	line[length] = '\0';
	if (token_take(&text, word, sizeof(word)) < 0) {
		return -EINVAL;
	}
	if (strcmp(word, "known") == 0) {
		return parse_head(known, text);
	}
	return strcmp(word, "device") == 0 ? parse_device(known, text) : -EINVAL;
}

int known_parse(const char *data, size_t length, struct known *ret, struct error *error) {
	struct known known = {0};
	unsigned int number = 0;

	for (size_t at = 0; at < length;) {
		const char *end = memchr(data + at, '\n', length - at);
		size_t size = end ? (size_t)(end - (data + at)) : length - at;

		number++;
		if (!end || parse_line(&known, data + at, size) < 0) {
			return error_set(error, -EINVAL, "line %u makes no sense", number);
		}
		at += size + 1;
	}
	if (!known.guest[0]) {
		return error_set(error, -EINVAL, "it is empty");
	}
	*ret = known;
	return 0;
}

int known_format(const struct known *known, struct text *ret) {
	char guest[3 * TITLE_SIZE + 1];
	int r = token_encode(known->guest, guest, sizeof(guest));

	r = r < 0 ? r : text_add(ret, "known 1 %s\n", guest);
	for (size_t i = 0; r == 0 && i < known->device_count; i++) {
		char address[ADDRESS_SIZE], identity[IDENTITY_TEXT_SIZE];

		r = text_add(ret, "device %s %s\n",
			address_format(known->devices[i].address, address),
			identity_format(&known->devices[i].identity, identity));
	}
	return r;
}

const struct identity *known_find(const struct known *known, struct address address) {
	for (size_t i = 0; known && i < known->device_count; i++) {
		if (address_compare(known->devices[i].address, address) == 0) {
			return &known->devices[i].identity;
		}
	}
	return NULL;
}

int known_add(struct known *known, struct address address, const struct identity *identity,
	const struct known *before) {
	struct known_device *device = &known->devices[known->device_count];
	const struct identity *former = known_find(before, address);

	if (known->device_count == REQUEST_DEVICES_MAX) {
		return -E2BIG;
	}
	*device = (struct known_device){.address = address, .identity = *identity};
	if (former && !identity->serial[0] && identity_same(former, identity)) {
		device->identity = *former;
	}
	known->device_count++;
	return 0;
}

bool known_same(const struct known *a, const struct known *b) {
	bool same = strcmp(a->guest, b->guest) == 0 && a->device_count == b->device_count;

	for (size_t i = 0; same && i < a->device_count; i++) {
		const struct identity *x = &a->devices[i].identity;
		const struct identity *y = known_find(b, a->devices[i].address);

		same = y && identity_same(x, y) && strcmp(x->serial, y->serial) == 0;
	}
	return same;
}
