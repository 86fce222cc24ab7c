/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "front/command.h"
#include "inventory/boot/remain.h"
#include "setup/boot/planning.h"

/* Those of `baton boot` that change something for the next boot. */
enum result boot_enable_iommu(const struct invocation *invocation);
enum result boot_assign(const struct invocation *invocation);

/*
 * What `baton boot assign` would do, into a plan with other things: of words from the second on.
 * cleaned: what that takes away, too, of all that others have left; or NULL.
 */
enum result boot_assign_plan(const struct invocation *invocation, const struct remains *cleaned,
	struct planning *planning);
enum result boot_take_back(const struct invocation *invocation);
