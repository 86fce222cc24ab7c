/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/command.h"
#include "inventory/boot/boot.h"
#include "plan/plan.h"

bool boot_is_planned(const struct plan *plan, struct address address);

/*
 * Does what others have left give vfio-pci a card that nobody assigns with this plan? Ids that came
 * too late so far would not, where it is loaded before any other driver. Refuses then.
 */
enum result boot_check_stale(const struct boot *boot, const struct plan *plan);
