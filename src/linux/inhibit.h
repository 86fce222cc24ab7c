/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/*
 * As ops.keep_awake: an inhibitor of logind's, which lasts as long as its descriptor is open. Takes
 * a second at the most.
 */
int inhibit_sleep(struct ops *ops, const char *why);
