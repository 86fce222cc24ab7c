/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "setup/boot/work.h"

#include <time.h>

/*
 * What the boot loader's menu or its entries say once they are made anew. Where they cannot be
 * looked at, that is said. -EBADMSG, and in work's error which of them is not as planned.
 */

/* Has one of them, at least, all of the words that the plan adds? */
int entries_check_with(struct work *work, const struct boot_plan *plan) MUST_CHECK;

/* Has none of them, of those that were made since, a word that the plan takes out? */
int entries_check_without(struct work *work, const struct boot_plan *plan, time_t since_s)
	MUST_CHECK;
