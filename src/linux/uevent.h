/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The kernel's own uevents (not udev's): something was bound, unbound, added or removed. Who waits
 * for a state opens the socket first, looks then, and waits for the next event only if the state is
 * not there: nothing can be missed in between.
 */
int uevent_open(void) MUST_CHECK;

/* Is the event, of so many bytes with a zero behind, that a PCI device got a driver or lost it? */
bool uevent_is_binding(const char *event, size_t length);

/* Takes all that are there. Was one of them that a PCI device got a driver or lost it, or may it
 * have been? */
bool uevent_take_bindings(int fd);

/* Waits for events and takes all that are there: 1, or 0 at the deadline. */
int uevent_wait(int fd, uint64_t deadline) MUST_CHECK;

/* Waits until some device, of whatever kind, has got a driver: 1, or 0 at the deadline. */
int uevent_await_bound(int fd, uint64_t deadline) MUST_CHECK;
