/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#define MS_PER_S  1000U
#define US_PER_MS 1000U
#define US_PER_S  1000000U

/* A deadline is a moment of the monotonic clock, in microseconds. */

uint64_t clock_us(void);
uint64_t deadline_after(unsigned int ms);

/* The earlier of the deadline and that many milliseconds from now. */
uint64_t deadline_within(uint64_t deadline, unsigned int ms);

bool deadline_over(uint64_t deadline);

/* What is left, 0 when it is over: for poll (rounded up, so that poll does not return early) and in
 * microseconds. */
int deadline_left_ms(uint64_t deadline);
uint64_t deadline_left_us(uint64_t deadline);

/* poll until something happens: how many fds have events, 0 at the deadline, or -errno. Signals do
 * not end it. */
int deadline_poll(struct pollfd *fds, nfds_t count, uint64_t deadline) MUST_CHECK;
