/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "host/host.h"
#include "request/request.h"

/*
 * What a guest had when it was last given its devices: which device stood at each address that its
 * definition names. Addresses are all that most definitions have, and an address is no device.
 *
 *     known 1 libvirt:win11
 *     device 0000:01:00.0 10de:2484 1458:4074 a1 88-77-66-55-44-33-22-11
 */

#define KNOWN_MAX ((size_t)64 << 10) /* bytes in a file; the longest that is written is smaller */

struct known_device {
	struct address address;
	struct identity identity;
};

struct known {
	char guest[TITLE_SIZE]; /* "libvirt:win11": by the name for people, since a guest of
				   libvirt that is not defined has another UUID at each start */
	struct known_device devices[REQUEST_DEVICES_MAX];
	size_t device_count;
};

/* -EINVAL, and *ret is untouched. */
int known_parse(const char *data, size_t length, struct known *ret, struct error *error) MUST_CHECK;
int known_format(const struct known *known, struct text *ret) MUST_CHECK;

/* NULL: nothing is known of that address. */
const struct identity *known_find(const struct known *known, struct address address);

/* Adds what stands there; a serial that cannot be read now is kept from `before`. -E2BIG. */
int known_add(struct known *known, struct address address, const struct identity *identity,
	const struct known *before) MUST_CHECK;

bool known_same(const struct known *a, const struct known *b);
