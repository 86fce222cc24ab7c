/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The games that are played in every interleaving: who takes part, on which machine, and who
 * disturbs them. */
#define PARTS_MAX 3
#define GAME_HAND "hand:0000:01:00.0" /* the journal of what a person has detached */

struct part {
	const char *guest;     /* NULL: a repair */
	const char *device[2]; /* that it wants */
	bool is_guard;         /* not the guest itself but its guard */
	bool later;            /* comes when the first part is over */
	bool unannounced;      /* nobody is told when the guest ends */
	bool leaves; /* a guard that is to end as soon as it watches: the host shuts down */
};

enum disturbance {
	DISTURB_NOT,
	DISTURB_KILL,  /* by the killer */
	DISTURB_THIEF, /* by each theft: one more game each */
	DISTURB_ALL,   /* by each deed of the stranger, and by the killer: each is one more game */
};

struct game {
	const char *name;
	const char *scenario;
	struct part parts[PARTS_MAX];
	size_t part_count;
	enum disturbance disturbance;
	bool is_long;
	bool is_slow;        /* has more interleavings than a fast check has time for */
	const char *by_hand; /* the device that somebody has detached by hand before; NULL: none */
};

extern const struct game games[];
extern const size_t game_count;

/* Is it one for a check of this length? A long check plays all, with the sanitizer too; a fast one
 * none with a stranger, and none that is slow. */
bool game_is_due(const struct game *game);
