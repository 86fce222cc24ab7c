/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * The configuration's lock, /var/lock/qemu-server/lock-VMID.conf (contracts.md A2): flock, waited
 * for with an alarm, opened for appending; closing it lets it go.
 */

#define LOCK_S         10 /* most operations */
#define LOCK_CLEANUP_S 60 /* qm cleanup */

/* The lock as a descriptor; negative, and said why: not within timeout_s. */
int lock_take(unsigned int vmid, unsigned int timeout_s);

void lock_drop(int lock);
