/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/command.h"
#include "inventory/boot/remain.h"
#include "setup/boot/plan.h"

/*
 * One list of all that `baton boot setup` does. asked: in a conversation, in which what others have
 * left has been shown.
 */
enum result boot_show_to_do(const struct boot_plan *plan, struct remains *remains, bool asked);
