/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * A backup of a guest that does not run (contracts.md A3, at its end): with `lock: backup` in its
 * configuration it is started paused and stopped again. False, and said why: it cannot be started.
 */
bool backup(unsigned int vmid);
