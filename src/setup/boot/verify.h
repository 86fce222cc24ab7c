/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "setup/boot/work.h"

#include <time.h>

/*
 * Is what a plan was made for really there, now that its programs have run? Each image that they
 * have made since then has to have what takes the cards, as the system's own lister says; of the
 * boot entries, one at least has to have the words. -EBADMSG, and what lacks what.
 */
int verify_plan(struct work *work, const struct boot_plan *plan, time_t since_s) MUST_CHECK;

/* The same on the way back: with nothing assigned any more, no new image may take a card. */
int verify_back(struct work *work, const struct boot_plan *plan, time_t since_s) MUST_CHECK;

/* What an image lacks, by what its lister has printed; NULL: nothing. root: where the kernels'
 * lists of what is built in are. */
const char *verify_listing(int root, enum initramfs_kind kind, const struct text *listing);
