// SPDX-License-Identifier: GPL-2.0-or-later
#include "game.h"

#include "length.h"

#include "base/macros.h"

#define GUEST_A "libvirt:6f1d4a52-0000-4000-8000-00000000000a"
#define GUEST_B "libvirt:6f1d4a52-0000-4000-8000-00000000000b"
#define FIRST   "0000:01:00.0"
#define SECOND  "0000:02:00.0"

/* Who plays: guests A and B for one card, B for another one, A's guard, that of the hand. */
/* clang-format off */
#define A           {GUEST_A, {FIRST}}
#define A_ALONE     {GUEST_A, {FIRST}, .unannounced = true}
#define B           {GUEST_B, {FIRST}}
#define B_LATER     {GUEST_B, {FIRST}, .later = true}
#define B_OTHER     {GUEST_B, {SECOND}}
#define REPAIR      {NULL, {FIRST}}
#define GUARD       {GUEST_A, {FIRST}, .is_guard = true}
#define LEAVES      {GUEST_A, {FIRST}, .is_guard = true, .leaves = true}
#define HAND_LEAVES {GAME_HAND, {FIRST}, .is_guard = true, .leaves = true}

const struct game games[] = {
	{"same card", "single", {A, B, REPAIR}, 3},
	{"two cards, one login screen", "twins", {A, B_OTHER, REPAIR}, 3},
	{"two cards, one driver", "nvidia-twins", {A, B_OTHER, REPAIR}, 3},
	{"one card and its guard", "single", {A, GUARD}, 2},
	{"one card, and nobody but its guard", "single", {A_ALONE, GUARD}, 2},
	{"one card, its guard, and kill -9", "single", {A, GUARD}, 2, DISTURB_KILL},
	{"by hand, then for a guest", "single", {A, REPAIR}, 2, .by_hand = FIRST},
	{"by hand, then for the quicker guest", "single", {A, B}, 2, .by_hand = FIRST},
	{"by hand, then for a guest, and kill -9", "single", {A}, 1, DISTURB_KILL, .by_hand = FIRST},
	{"one card, and the host shuts down", "single", {A_ALONE, LEAVES}, 2},
	{"by hand, and the host shuts down", "single", {HAND_LEAVES}, 1, .by_hand = FIRST},
	{"a card that a thief takes when it is home", "headless", {A, GUARD}, 2, DISTURB_THIEF},
	{"a card that the next guest takes when it is home", "single", {A, B_LATER, GUARD}, 3,
		.is_slow = true},
	{"a card that a program, a daemon and a sound server hold", "held", {A, REPAIR}, 2},
	{"the same, and kill -9", "held", {A, GUARD}, 2, DISTURB_KILL},
	{"same card, and a guard", "single", {A, B, GUARD}, 3, .is_long = true},
	{"same card, and a stranger", "single", {A, B}, 2, DISTURB_ALL},
	{"two cards, and a stranger", "twins", {A, B_OTHER}, 2, DISTURB_ALL},
	{"one card, a repair and a stranger", "single", {A, REPAIR}, 2, DISTURB_ALL, .is_long = true},
	{"same card, all", "single", {A, B, REPAIR}, 3, DISTURB_ALL, .is_long = true},
	{"two cards, all", "twins", {A, B_OTHER, REPAIR}, 3, DISTURB_ALL, .is_long = true},
};
/* clang-format on */

const size_t game_count = COUNT(games);

bool game_is_due(const struct game *game) {
	if (length_asked() == LENGTH_LONG) {
		return true;
	}
	return !game->is_long && !(game->is_slow && length_asked() == LENGTH_FAST) &&
	       (game->disturbance == DISTURB_NOT || length_of_tests() > LENGTH_FAST);
}
