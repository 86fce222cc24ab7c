/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * One character of a text that comes from the machine, where anybody may choose names. Returns how
 * many bytes it has; 0: it is no UTF-8, or could steer a terminal or turn the text around it
 * (control characters, and those that set the direction of writing).
 */
size_t character_read(const char *text, uint32_t *ret_code);

/* How many columns of a terminal it takes: 0 (accents that go above another), 1 or 2. */
size_t character_columns(uint32_t code);
