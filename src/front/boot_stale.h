/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/command.h"
#include "inventory/boot/remain.h"
#include "plan/plan.h"
#include "setup/boot/planning.h"

bool boot_is_planned(const struct plan *plan, struct address address);

/* Does this line go? cleaned: after planning_clean of all devices' remains; NULL: nothing goes. */
bool boot_line_goes(const struct boot_line *line, const struct remains *cleaned);

/*
 * Does what others have left give vfio-pci a device, whatever it is, that nobody assigns with this
 * plan? Ids that came too late so far would not, where it is loaded before any other driver.
 * Refuses then. planning: where and whose; its boot was read with that host. What goes along with
 * the plan is in cleaned, as above.
 */
enum result boot_check_stale(const struct planning *planning, const struct host *host,
	const struct plan *plan, const struct remains *cleaned);
