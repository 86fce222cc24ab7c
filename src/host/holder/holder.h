/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/* Enough for every process of a large server to hold something. */
#define HOLDERS_MAX 16384

struct holders {
	struct holder *holders;
	size_t count;
};

/* Adds a holder that is not there yet. -ENOMEM, -E2BIG. */
int holders_add(struct holders *holders, const struct holder *holder) MUST_CHECK;
void holders_free(struct holders *holders);

/*
 * Adds what keeps the disks among the nodes besides processes: mounts, of the machine's namespace
 * and of all others, swap, volumes, exports. Asks nothing if there are no disks. -ENOMEM, -E2BIG.
 */
struct nodes;
int disks_hold(int root, const struct nodes *nodes, struct holders *holders) MUST_CHECK;

#define AUTO_HOLDERS CLEANUP(holders_free)

/* Copies what is only for people to read, and may be cut: a mount point, a command's name. */
void label_set(char ret[LABEL_SIZE], const char *value);
