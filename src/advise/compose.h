/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/advice.h"
#include "base/text.h"

/*
 * A guest that is not there yet: the commands for a shell that make one of QEMU alone, with the
 * cards of wishes->cards, and run it under `baton run`. -EINVAL: there is no such card; -ENOMEM.
 */
int compose_qemu(const struct ground *ground, const struct wishes *wishes, struct text *ret,
	struct error *error) MUST_CHECK;
