// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/daemon.h"

#include <stddef.h>
#include <string.h>

#include "base/macros.h"

/* clang-format off */
static const struct daemon daemons[] = {
	/* Keeps the state of NVIDIA's driver in every card, and each card's node open for that. */
	{"nvidia-persistenced.service"},
	/* Shares power out between processor and card (Dynamic Boost). */
	{"nvidia-powerd.service"},
	/* NVIDIA's data centre GPU manager: watches the health of all cards. The names of its
	 * packages since 2.0, and before. */
	{"nvidia-dcgm.service"},
	{"dcgm.service"},
	/* Lets several programs compute on one card at once (MPS): a server that keeps it open. */
	{"nvidia-mps.service"},
	/* Tells desktops which cards there are. */
	{"switcheroo-control.service"},
	/* Clocks and fans of graphics cards, read and set all the time; those of other cards are
	 * not to be left alone for as long as a guest runs. */
	{"lactd.service", .elsewhere = true},
	/* The same for everything that has a fan. */
	{"coolercontrold.service", .elsewhere = true},
};
/* clang-format on */

const struct daemon *daemon_find(const char *unit) {
	for (size_t i = 0; i < COUNT(daemons); i++) {
		if (strcmp(daemons[i].unit, unit) == 0) {
			return &daemons[i];
		}
	}
	return NULL;
}
