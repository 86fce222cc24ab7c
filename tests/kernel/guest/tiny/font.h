/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The printable characters of ASCII, one byte per row of dots, the leftmost dot in the highest bit.
 * The table is made from a console font of Debian's by font.py. */

#include <stdint.h>

enum {
	FONT_WIDTH = 8,
	FONT_HEIGHT = 16,
	FONT_FIRST = ' ',
	FONT_LAST = '~',
};

extern const uint8_t font[FONT_LAST - FONT_FIRST + 1][FONT_HEIGHT];
