/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "game.h"

/*
 * What each actor does from its start to its end. It stops before every operation and asks the
 * table whose turn it is. The argument of what is returned is the struct actor.
 */
void (*player_find(const struct part *part))(void *actor);
