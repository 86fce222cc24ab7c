/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"
#include "inventory/inventory.h"
#include "plan/verdict.h"
#include "report/names.h"
#include "report/secret.h"

/* The machine as `baton list` and `baton report` show it: what has been looked at, and how much of
 * it is wanted. Whoever makes one keeps what it points to. */
struct listing {
	const struct host *host;
	const struct pci_names *names;
	const struct inventory *inventory;
	const struct verdicts *verdicts;
	const struct claims *claims;    /* which guest has what, by the journals that were read */
	const char *unread;             /* why not all were; empty: all */
	bool addresses;                 /* of the internet are told */
	bool secrets;                   /* these, and serial numbers and hardware addresses */
	const struct secrets *hidden;   /* what a page and a drawing leave out; NULL: nothing */
	const struct address *selected; /* the devices that are wanted; NULL: all */
	size_t selected_count;
};

bool listing_has(const struct listing *listing, struct address device);

/* Any of its devices? */
bool listing_has_card(const struct listing *listing, const struct verdict *verdict);

/* The wanted devices by group, those without one last; the caller frees *ret. -ENOMEM. */
int listing_sort(const struct listing *listing, const struct device ***ret, size_t *ret_count)
	MUST_CHECK;

/* The guest that has the device or is being given it; NULL: none that is known. */
const struct claimed_device *listing_claim(const struct listing *listing, struct address device);

/* What could not be seen, and what keeps every device from being handed over: a sentence or two
 * each. -ENOMEM. */
int listing_remarks(const struct listing *listing, struct names *ret) MUST_CHECK;

/* "VGA": shorter than pci.ids has it; of others the number. */
const char *listing_class(const struct device *device, char ret[32]);
