/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "passthrough.h"

/* /run/qemu-server/pci-id-reservations (contracts.md A6): which guest has or is to get what. */

/* For a guest that starts, pid 0: for timeout_s; for one that runs: as long as that process does.
 */
bool reservation_make(const struct passthrough *passthrough, unsigned int vmid, pid_t pid,
	unsigned int timeout_s);

void reservation_drop(unsigned int vmid);
