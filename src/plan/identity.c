// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/identity.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

const char *identity_format(const struct identity *identity, char ret[IDENTITY_TEXT_SIZE]) {
	char serial[3 * sizeof(identity->serial) + 2];
	int r = token_encode(identity->serial, serial, sizeof(serial));

	assert(r == 0);
	r = name_format(ret, IDENTITY_TEXT_SIZE, "%04x:%04x %04x:%04x %02x %s", identity->vendor,
		identity->device, identity->subsystem_vendor, identity->subsystem_device,
		identity->revision, serial);
	assert(r == 0);
	return ret;
}

/* "10de:2484": two ids in the one way in which we write them. */
static int take_ids(const char **text, uint16_t *ret_a, uint16_t *ret_b) {
	char word[16], again[16];
	unsigned int a, b;

	if (token_take(text, word, sizeof(word)) < 0 || sscanf(word, "%4x:%4x", &a, &b) != 2) {
		return -EINVAL;
	}
	snprintf(again, sizeof(again), "%04x:%04x", a, b);
	if (strcmp(word, again) != 0) {
		return -EINVAL;
	}
	*ret_a = (uint16_t)a;
	*ret_b = (uint16_t)b;
	return 0;
}

/* "a1", likewise. */
static int take_revision(const char **text, uint8_t *ret) {
	char word[8], again[8];
	unsigned int revision;

	if (token_take(text, word, sizeof(word)) < 0 || sscanf(word, "%2x", &revision) != 1) {
		return -EINVAL;
	}
	snprintf(again, sizeof(again), "%02x", revision);
	if (strcmp(word, again) != 0) {
		return -EINVAL;
	}
	*ret = (uint8_t)revision;
	return 0;
}

int identity_take(const char **text, struct identity *ret) {
	struct identity identity = {0};
	int r = take_ids(text, &identity.vendor, &identity.device);

	r = r < 0 ? r : take_ids(text, &identity.subsystem_vendor, &identity.subsystem_device);
	r = r < 0 ? r : take_revision(text, &identity.revision);
	r = r < 0 ? r : token_take(text, identity.serial, sizeof(identity.serial));
	if (r < 0) {
		return -EINVAL;
	}
	*ret = identity;
	return 0;
}
