/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/*
 * Looking for those who have a device open takes as long as the machine has processes, and each
 * function of a card has to be proven free just before its driver is taken away. A vigil spares
 * that: it listens to whoever opens a node in /dev from before the look on, and a device that was
 * found free stays free as long as nobody does. (A holder can come by no other way: descriptors are
 * handed on only by who has one. Nodes that somebody made elsewhere, as containers do, are not
 * heard: the look itself finds those.)
 */

/* Before looking: listens from now on, and forgets what was known. */
void vigil_begin(struct machine *machine);

/* The look that came after found that nobody has it. */
void vigil_note_free(struct machine *machine, struct address device);

/* Was it found free, and has nobody opened anything since? */
bool vigil_knows_free(struct machine *machine, struct address device);

/* Its driver changes: it gets other nodes. */
void vigil_drop(struct machine *machine, struct address device);

void vigil_end(struct machine *machine);
