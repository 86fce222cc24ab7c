/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdint.h>

/*
 * The kernel's own uevents (not udev's): something was bound, unbound, added or removed. Who waits
 * for a state opens the socket first, looks then, and waits for the next event only if the state is
 * not there: nothing can be missed in between.
 */
int uevent_open(void) MUST_CHECK;

/* Waits for events and takes all that are there: 1, or 0 at the deadline. */
int uevent_wait(int fd, uint64_t deadline) MUST_CHECK;
