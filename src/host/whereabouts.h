/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * Where a device went that does not stand any more where somebody expects it: a firmware's update
 * or a new card in another slot gives every address behind it away.
 */

#define WHEREABOUTS_MAX 4

struct whereabouts {
	struct identity sought;
	struct address places[WHEREABOUTS_MAX];
	size_t count;
	bool more; /* than fit */
};

/*
 * Can b be a? What is not known of a says nothing: a subsystem of 0000:0000, an empty serial, and
 * the revision, which a firmware may change.
 */
bool identity_fits(const struct identity *a, const struct identity *b);

/* Every device but that at `except` which can be the one that is sought. */
struct whereabouts whereabouts_find(
	const struct host *host, const struct identity *sought, struct address except);

/* The end of a sentence: "a 10de:2484 is at 0000:02:00.0 now". */
#define WHEREABOUTS_TEXT_SIZE 128
const char *whereabouts_format(
	const struct whereabouts *whereabouts, char ret[WHEREABOUTS_TEXT_SIZE]);
