/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * The sound servers that a user's own manager runs. They keep the control node of every sound card
 * open, and removing a card waits for that to end (snd_card_disconnect_sync, contracts.md). Such a
 * server is stopped while the card goes and started again as soon as it has gone: the sound of what
 * stays is interrupted, not lost, and no session ends.
 */
#define AUDIO_BEFORE_MAX 4

struct audio {
	const char *unit;
	const char *before[AUDIO_BEFORE_MAX]; /* what would start it again, and so is stopped before
						 it; up to a NULL */
};

/* NULL: it is none. */
const struct audio *audio_find(const char *unit);

/* Is the unit a sound server or what starts one? */
bool audio_has(const char *unit);
