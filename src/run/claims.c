// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run/journal.h"
#include "run/oops.h"

static int grow(void **array, size_t count, size_t more, size_t size) {
	void *larger;

	if (more == 0) {
		return 0;
	}
	larger = reallocarray(*array, count + more, size);
	if (!larger) {
		return -ENOMEM;
	}
	*array = larger;
	return 0;
}

/* An interrupted journal's devices are claimed as long as one of its steps is. */
static int add_journal(const struct journal *journal, struct claims *claims) {
	size_t depth = journal_depth(journal);
	int r = grow((void **)&claims->claims, claims->count, depth, sizeof(*claims->claims));

	if (depth == 0 && !journal->held) {
		return 0;
	}
	r = r < 0 ? r
		  : grow((void **)&claims->devices, claims->device_count, journal->device_count,
			    sizeof(*claims->devices));
	if (r < 0) {
		return r;
	}
	for (size_t i = 0; i < journal->record_count; i++) {
		struct claim claim = {.step = journal->records[i].step};

		if (journal->records[i].popped) {
			continue;
		}
		assert(claims->claims); /* grown by the depth: the records that are not popped */
		memcpy(claim.guest, journal->guest, sizeof(claim.guest));
		memcpy(claim.title, journal->title, sizeof(claim.title));
		claims->claims[claims->count++] = claim;
	}
	for (size_t i = 0; i < journal->device_count; i++) {
		struct claimed_device device = {.address = journal->devices[i].address,
			.held = journal->held,
			.oopsed = oops_count(journal) > 0};

		memcpy(device.guest, journal->guest, sizeof(device.guest));
		memcpy(device.title, journal->title, sizeof(device.title));
		claims->devices[claims->device_count++] = device;
	}
	return 0;
}

static int add_guest(
	struct ops *ops, const char *guest, struct claims *claims, struct error *error) {
	AUTO_JOURNAL struct journal *journal = NULL;
	int r = journal_load(ops, guest, &journal, error);

	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	r = add_journal(journal, claims);
	return r < 0 ? error_set(error, r, "out of memory") : 0;
}

int claims_read(struct ops *ops, const char *guest, struct claims *ret, struct error *error) {
	AUTO_CLAIMS struct claims claims = {0};
	AUTO_NAMES struct names names = {0};
	int r = ops->journal_list(ops, &names, error);

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		r = strcmp(names.names[i], guest) == 0
			    ? 0
			    : add_guest(ops, names.names[i], &claims, error);
	}
	if (r < 0) {
		return r;
	}
	*ret = claims;
	claims = (struct claims){0};
	return 0;
}

void claims_read_some(
	struct ops *ops, const char *guest, struct claims *ret, struct error *ret_missed) {
	AUTO_NAMES struct names names = {0};

	*ret = (struct claims){0};
	*ret_missed = (struct error){0};
	if (ops->journal_list(ops, &names, ret_missed) < 0) {
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		struct error error = {0};

		if (strcmp(names.names[i], guest) != 0 &&
			add_guest(ops, names.names[i], ret, &error) < 0) {
			*ret_missed = error;
		}
	}
}

const struct claimed_device *claims_find_device(
	const struct claims *claims, struct address address) {
	for (size_t i = claims->device_count; i-- > 0;) {
		if (address_compare(claims->devices[i].address, address) == 0) {
			return &claims->devices[i];
		}
	}
	return NULL;
}

void claims_free(struct claims *claims) {
	free(claims->claims);
	free(claims->devices);
	*claims = (struct claims){0};
}
