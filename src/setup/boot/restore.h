/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "setup/boot/work.h"

/* All files of a plan, from the last, whatever becomes of one of them, and what was made for them.
 */
void restore_all(struct work *work, const struct boot_plan *plan, struct trouble *first);
