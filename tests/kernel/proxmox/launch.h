/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

#include "config.h"
#include "passthrough.h"

/* How long QEMU may take to start: four times 30 s with devices, and here it is emulated twice. */
#define LAUNCH_S 400

/*
 * Starts the QEMU of a guest in qemu.slice/VMID.scope (contracts.md A2, step 8; A3), stopped if it
 * is paused, and waits until it is in the background. False, and said why: it has ended.
 */
bool launch(const struct config *config, const struct passthrough *passthrough, bool paused);
