/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/remain.h"
#include "setup/boot/planning.h"

/*
 * Plans what others have left (inventory/boot/remain.h) away: of each file those lines and words
 * that go, and the system's own programs for what is made of the files that change. What turns out
 * to be written in a way of which nobody could be certain becomes REMAIN_BY_HAND.
 */
int planning_clean(struct planning *planning, struct remains *remains) MUST_CHECK;
