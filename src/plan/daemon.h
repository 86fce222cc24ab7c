/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/* A service of the system that is known to hold graphics cards, and to come back well. */
struct daemon {
	const char *unit;
	bool elsewhere; /* it serves what stays, too: it is started again when the devices have
			   gone, not only when they come home */
};

/* NULL: it is none. */
const struct daemon *daemon_find(const char *unit);
