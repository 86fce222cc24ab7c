/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The PS/2 keyboard, as firmware left it, without interrupts. */

#include <stdbool.h>

/* Forget what was typed. */
void keyboard_open(void);

/* Was a key pressed or let go? It is taken. */
bool keyboard_take(void);
