/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "base/error.h"

#define PREFERENCES_MAX      64 /* as many as there may be cards */
#define PREFERENCE_TEXT_SIZE 64 /* fits into a step */

/* How a device is to be while a guest has it. Of [card NAME]: its first function. */
struct preference {
	struct address device;
	char reset_method[PREFERENCE_TEXT_SIZE]; /* "flr", "pm bus"; empty: as it is */
	char bar_sizes[PREFERENCE_TEXT_SIZE];    /* "0=256M,2=8M": of these BARs; empty: as all are
						  */
};

/* Words of a person as above; *ret is untouched on failure. -EINVAL: no method that the kernel has
 * (drivers/pci/pci.c, pci_reset_fn_methods); no BAR with a size that a BAR can have. */
int preference_reset_method(const char *words, char ret[PREFERENCE_TEXT_SIZE], struct error *error)
	MUST_CHECK;
int preference_bar_sizes(const char *words, char ret[PREFERENCE_TEXT_SIZE], struct error *error)
	MUST_CHECK;
