/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/driver/alias.h"

/*
 * The modules that say that they fit a device, of all that modules.alias and the kernel's own list
 * have for PCI: tens of thousands of patterns, of which a device's vendor and model leave a few.
 */
struct candidate {
	uint64_t key; /* vendor and model that the pattern names */
	const struct alias *alias;
};

struct candidates {
	struct aliases aliases;
	struct candidate *candidates; /* ordered by key */
	size_t count;
};

/* No such lists, no candidates. -ENOMEM. */
int candidates_read(int root, const char *kernel, struct candidates *ret) MUST_CHECK;

/* From a modules.alias, and a modules.builtin.modinfo (host/alias.h). -ENOMEM. */
int candidates_parse(const char *data, size_t length, const char *builtin, size_t builtin_length,
	struct candidates *ret) MUST_CHECK;
void candidates_free(struct candidates *candidates);

#define AUTO_CANDIDATES CLEANUP(candidates_free)

/* Sorted, each once, with '_' for '-'. -ENOMEM. */
int candidates_find(const struct candidates *candidates, const char *modalias, struct names *ret)
	MUST_CHECK;
