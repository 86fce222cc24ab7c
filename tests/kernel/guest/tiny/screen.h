/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The screen of a graphics card of QEMU's (VGA, secondary-vga: 1234:1111), by its memory bars
 * alone: the legacy ports of VGA do not reach a card that is passed through.
 */

#include <stdbool.h>
#include <stdint.h>

#include "pci.h"

enum {
	SCREEN_WIDTH = 1024,
	SCREEN_HEIGHT = 768,
};

struct screen {
	uint32_t *pixels;
	uint32_t paper;
};

/* Is it a card that screen_open knows? */
bool screen_fits(const struct function *function);

/* Switch a card on, with a screen full of `paper`; returns NULL or what is wrong with the card. */
const char *screen_open(struct screen *screen, const struct function *function, uint32_t paper);

/* Draw a string whose characters are 8 * scale by 16 * scale pixels; what is outside is dropped. */
void screen_draw(const struct screen *screen, uint32_t x, uint32_t y, uint32_t scale, uint32_t ink,
	const char *string);
