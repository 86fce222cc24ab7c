/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "length.h"
#include "world.h"

/*
 * The machines that the tests hand cards over on, and what is asked for on each.
 */
#define SCENARIO_DEVICES 4

struct scenario {
	const char *name;
	void (*build)(struct world *world);
	const char *asked[SCENARIO_DEVICES]; /* what the guest's definition lists */
	const char *given[SCENARIO_DEVICES]; /* what the guest must get: whole groups */
	enum holders_policy holders;         /* that the guest's owner has set */
	enum length twice; /* the shortest check in which two faults are tried on it */
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;

const struct scenario *scenario_find(const char *name);

/* The request of this guest for these devices. */
void scenario_request(const struct scenario *scenario, const char *const *devices, size_t count,
	const char *guest, struct request *ret);
size_t scenario_count_devices(const char *const devices[SCENARIO_DEVICES]);
