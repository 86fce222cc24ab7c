/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stddef.h>

/* The processes of a machine, by their numbers, in their order. */
struct pids {
	int *pids;
	size_t count;
};

/* There is no limit to how many: one that is not looked at would be taken for holding nothing. A
 * machine without a /proc has none. */
int pids_read(int root, struct pids *ret) MUST_CHECK;
void pids_free(struct pids *pids);

#define AUTO_PIDS CLEANUP(pids_free)
