/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/boot.h"
#include "plan/plan.h"

/*
 * Says what had better be known before the plan's devices are assigned at boot, and refuses
 * nothing: what comes along, what would not take, and what the host then lacks.
 */
void boot_warn(int root, const struct host *host, const struct boot *boot, const struct plan *plan);
