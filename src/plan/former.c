// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/build.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "host/whereabouts.h"
#include "plan/known.h"

/*
 * Is at an address still what the guest had there last time? If not, both can be right: the card
 * went to another address, or another card is meant. Only a person can tell.
 */

#define WHAT_SIZE 64

/* "10de:2484", and of what has the same ids that by which the two differ. */
static void name_identity(
	const struct identity *identity, const struct identity *other, char ret[WHAT_SIZE]) {
	int n = snprintf(ret, WHAT_SIZE, "%04x:%04x", identity->vendor, identity->device);
	char *rest = ret + n;
	size_t size = WHAT_SIZE - (size_t)n;

	if (identity->vendor != other->vendor || identity->device != other->device) {
		return;
	}
	if (identity->subsystem_vendor != other->subsystem_vendor ||
		identity->subsystem_device != other->subsystem_device) {
		snprintf(rest, size, " of subsystem %04x:%04x", identity->subsystem_vendor,
			identity->subsystem_device);
	} else if (identity->revision != other->revision) {
		snprintf(rest, size, " of revision %02x", identity->revision);
	} else {
		snprintf(rest, size, " with the serial %s", identity->serial);
	}
}

/* A twin that the guest has besides, and that stands where it stood, is not the one that went. */
static bool is_settled(const struct making *making, struct address address) {
	const struct identity *known = known_find(making->asked->known, address);
	const struct device *device = host_device(making->host, address);

	return known && device && identity_same(known, &device->identity);
}

void plan_find_former(
	const struct making *making, struct address address, char ret[WHEREABOUTS_TEXT_SIZE]) {
	const struct identity *known = known_find(making->asked->known, address);
	struct whereabouts found = whereabouts_find(making->host, known, address);
	size_t kept = 0;

	for (size_t i = 0; i < found.count; i++) {
		if (!is_settled(making, found.places[i])) {
			found.places[kept++] = found.places[i];
		}
	}
	found.count = kept;
	whereabouts_format(&found, ret);
}

void plan_check_identity(struct making *making, const struct device *device) {
	const struct identity *now = &device->identity;
	const struct identity *former = known_find(making->asked->known, device->address);
	char before[WHAT_SIZE], after[WHAT_SIZE], where[WHEREABOUTS_TEXT_SIZE];
	char guest[128], remedy[sizeof(((struct refusal *)NULL)->remedy)];

	if (!former || identity_same(former, now)) {
		return;
	}
	if (name_format(guest, sizeof(guest), "'%s'", making->request->title) < 0) {
		memcpy(guest, "GUEST", sizeof("GUEST")); /* there is no room for it */
	}
	name_identity(former, now, before);
	name_identity(now, former, after);
	plan_find_former(making, device->address, where);
	snprintf(remedy, sizeof(remedy),
		"correct the address in the guest's definition, or run `baton forget %s` if this "
		"device is meant",
		guest);
	plan_refuse(making->plan, REFUSAL_IDENTITY, device->name, remedy,
		"is %s now, and was %s when the guest had it last; %s", after, before, where);
}
