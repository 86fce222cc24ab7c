/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Plays one schedule of table.game from its start to its end: the choices that table.chosen holds,
 * and the first of each that it does not hold yet. deed: what the stranger does on the way; -1:
 * nothing. table.wrong tells what was wrong.
 */
void schedule_play(int deed);
