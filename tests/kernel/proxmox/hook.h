/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

#include "config.h"

/*
 * Calls the hookscript of a guest, if it has one, as Proxmox VE does (contracts.md A1): argv is the
 * file, VMID and PHASE, nothing on stdin, no time limit, and it is over when nobody has its stdout
 * and stderr open any more. False, and said why: it is no program, or did not end with 0.
 */
bool hook_run(const struct config *config, const char *phase);
