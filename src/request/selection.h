/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct configuration;

/* A device, or every function of a slot: the plan takes those that are there. */
struct selection {
	struct address address; /* function is 0 if the whole slot is meant */
	bool whole_slot;
};

#define SELECTIONS_MAX 64

/* Is there a device that both may mean? */
bool selection_overlaps(const struct selection *a, const struct selection *b);

/* "0000:01:00.0" or "01:00.0"; a slot is "0000:01:00" or "01:00". -EINVAL. */
int selection_parse_address(const char *word, struct selection *ret) MUST_CHECK;

/*
 * One word of a command line: an address, a slot, or the name of a [card NAME]. Writes at most size
 * of them into ret. -EINVAL: it is none of these; -E2BIG: ret is too small. Both outputs are
 * untouched then.
 */
int selection_parse(const char *word, const struct configuration *configuration,
	struct selection *ret, size_t size, size_t *ret_count, struct error *error) MUST_CHECK;
