/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The first serial line (COM1), without interrupts. */

#include <stdbool.h>

void serial_open(void);
void serial_write(const char *string);

/* Has a byte arrived? It is taken. */
bool serial_take(void);
