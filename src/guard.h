/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "handover.h"

/*
 * Watches one hand-over: the run, then the guest, then the return. Started before the first step
 * and gone when the journal is. It never acts while somebody whose turn it is lives, and it does
 * not ask anybody: files in /proc and /run say all that it needs.
 *
 * DONE: the journal is gone, or the host shuts down and what could be brought home is. UNRESOLVED:
 * it cannot watch any longer.
 */
enum result guard(struct handover *handover, const char *guest, struct error *error);
