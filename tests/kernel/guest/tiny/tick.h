/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A tick some 18 times a second, so that a guest that waits leaves the processor alone. */

/* Set up the interrupt of the first timer; all others stay masked. */
void tick_open(void);

/* Sleep until the next tick. */
void tick_wait(void);
