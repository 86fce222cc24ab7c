/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/advice.h"

/*
 * The display functions that the guest has or is to have, in the order of their addresses: the one
 * behind `former`, or the first (NULL). NULL: no other.
 */
const struct device *card_next(const struct adviser *adviser, const struct device *former);

/* Has it any? */
bool card_is_given(const struct adviser *adviser);
