/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

#include <stdint.h>

/*
 * Waits until a display manager would find its screen: udev has finished with the node of every DRM
 * card (its permissions and seat are set by then), and logind says that seat0, if there is one, can
 * show graphics. A display manager that is started before that starts without a screen or gives up.
 * Needs no more where there is no DRM card. -ETIMEDOUT says what is missing.
 */
int seat_await(struct machine *machine, uint64_t deadline, struct error *error) MUST_CHECK;

/* "card0": a DRM card's node in /sys/class/drm, and not "card0-DP-1" or "renderD128". */
bool seat_is_card(const char *name);
