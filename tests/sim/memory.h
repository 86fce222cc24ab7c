/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * A process that is killed frees nothing, and here it is only a function that is not returned from.
 * So the tests are linked with --wrap for the allocating functions: what was allocated between
 * memory_begin() and memory_end() and not freed is freed then.
 */
void memory_begin(void);

/* Returns how many blocks were left: a leak, unless the process was killed. */
size_t memory_end(void);

/* Lets the allocation with this number (from 1, counted from memory_begin) fail. 0: none. */
void memory_fail(unsigned int number);

/* How many allocations there were since memory_begin; did the failing one come? */
unsigned int memory_count(void);
