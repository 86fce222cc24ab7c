/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "inventory/attached.h"

/*
 * What tells one machine from all others, and may stand in any name: UUIDs ("luks-6b1f...") and
 * other ids of 32 digits, hardware addresses ("enx0011..."), addresses of the internet, serial
 * numbers of PCI; and the serial numbers that are known, which look like anything.
 */
struct secrets {
	const char **serials; /* in order; they are the attachments' */
	size_t count;
};

/* The serial numbers of what hangs on the machine's devices. Those that are so short that a usual
 * word may look the same are left out only where they stand behind a '_'. -ENOMEM. */
int secrets_gather(const struct attachments *attachments, struct secrets *ret) MUST_CHECK;
void secrets_free(struct secrets *secrets);

#define AUTO_SECRETS CLEANUP(secrets_free)

/* Appends the text with a word in the place of each. -ENOMEM. */
int secrets_conceal(const struct secrets *secrets, const char *text, struct text *ret) MUST_CHECK;
