/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/* More than one hand-over can have writers. */
#define WATCH_MAX 512

/*
 * As the op. What changed in the state directory since the last call counts, so nothing is missed
 * between two; for the same reason the first call, which only now begins to listen, returns at
 * once.
 */
int watch_run(struct ops *ops, const struct process *processes, size_t count,
	unsigned int timeout_ms, struct error *error) MUST_CHECK;

/* Makes machine->changes, reads off what it has, and forgets it. */
void watch_close(struct machine *machine);
