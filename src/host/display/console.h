/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/* Every entry of /sys/class/vtconsole, ordered by its name there. -ENOMEM. */
int consoles_read(int root, struct console **ret, size_t *ret_count) MUST_CHECK;
