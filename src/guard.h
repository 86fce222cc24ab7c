/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "handover.h"

/*
 * Watches one hand-over: the run, then the guest, then the return, and then for a while whether
 * what has come home stays there (stay.h). Started before the first step. It never acts while
 * somebody whose turn it is lives, and it does not ask anybody: files in /proc and /run say all
 * that it needs.
 *
 * When the host shuts down, what a person has detached comes home too, and what a QEMU has as soon
 * as that has ended. DONE: the journal is gone, or the host shuts down and what could be brought
 * home is. UNRESOLVED: the journal makes no sense, and a person must look.
 */
enum result guard(struct handover *handover, const char *guest, struct error *error);
