/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "screen.h"

#include <stddef.h>

#include "font.h"
#include "io.h"

/* Where things are in bar 2: docs/specs/standard-vga.rst of QEMU. */
enum {
	VGA_PORTS = 0x400, /* the ports from 0x3c0 */
	DISPI = 0x500,     /* 16 bits per register */
};

enum {
	VGA_ATTRIBUTE = VGA_PORTS + 0x00,
	VGA_MISCELLANEOUS = VGA_PORTS + 0x02,
	VGA_STATUS = VGA_PORTS + 0x1a,
	MISCELLANEOUS_COLOUR = 0x01,
	ATTRIBUTE_UNBLANK = 0x20,
};

/* Registers of the "display interface" that Bochs began with. */
enum {
	DISPI_ID,
	DISPI_WIDTH,
	DISPI_HEIGHT,
	DISPI_DEPTH,
	DISPI_ENABLE,
	DISPI_BANK,
	DISPI_VIRTUAL_WIDTH,
	DISPI_VIRTUAL_HEIGHT,
	DISPI_X,
	DISPI_Y,
};

enum {
	DISPI_ID_LEAST = 0xb0c0,
	DISPI_ID_MOST = 0xb0cf,
	ENABLE = 0x01,
	ENABLE_LINEAR = 0x40,
};

bool screen_fits(const struct function *function) {
	uint32_t kind = function->class >> 8;
	bool display = kind == 0x0300 || kind == 0x0380;
	return display && function->vendor == 0x1234 && function->model == 0x1111;
}

static void unblank(uint32_t registers) {
	*mmio8(registers + VGA_MISCELLANEOUS) = MISCELLANEOUS_COLOUR;
	/* A read of the status makes the next write to the attribute port an index. */
	(void)*mmio8(registers + VGA_STATUS);
	*mmio8(registers + VGA_ATTRIBUTE) = ATTRIBUTE_UNBLANK;
}

static void set_mode(volatile uint16_t *dispi) {
	dispi[DISPI_ENABLE] = 0;
	dispi[DISPI_WIDTH] = SCREEN_WIDTH;
	dispi[DISPI_HEIGHT] = SCREEN_HEIGHT;
	dispi[DISPI_DEPTH] = 32;
	dispi[DISPI_BANK] = 0;
	dispi[DISPI_VIRTUAL_WIDTH] = SCREEN_WIDTH;
	dispi[DISPI_X] = 0;
	dispi[DISPI_Y] = 0;
	dispi[DISPI_ENABLE] = ENABLE | ENABLE_LINEAR;
}

static void fill(const struct screen *screen) {
	uint32_t *pixels = screen->pixels;
	uint32_t count = SCREEN_WIDTH * SCREEN_HEIGHT;
	__asm__ volatile("rep stosl" : "+D"(pixels), "+c"(count) : "a"(screen->paper) : "memory");
}

const char *screen_open(struct screen *screen, const struct function *function, uint32_t paper) {
	uint32_t memory = pci_bar(function, 0);
	uint32_t registers = pci_bar(function, 2);
	if (memory == 0 || registers == 0) {
		return "its bars are not assigned below 4 GiB";
	}
	pci_enable_memory(function);
	volatile uint16_t *dispi = mmio16(registers + DISPI);
	uint16_t id = dispi[DISPI_ID];
	if (id < DISPI_ID_LEAST || id > DISPI_ID_MOST) {
		return "its display interface does not answer";
	}
	unblank(registers);
	set_mode(dispi);
	*screen = (struct screen){.pixels = (uint32_t *)(uintptr_t)memory, .paper = paper};
	fill(screen);
	if (*(volatile uint32_t *)screen->pixels != paper) {
		return "its memory does not keep what is written";
	}
	return NULL;
}

static void draw_dot(uint32_t *pixel, uint32_t scale, uint32_t colour) {
	for (uint32_t row = 0; row < scale; row++, pixel += SCREEN_WIDTH) {
		for (uint32_t column = 0; column < scale; column++) {
			pixel[column] = colour;
		}
	}
}

static void draw_glyph(uint32_t *pixels, const uint8_t *glyph, uint32_t scale, uint32_t ink) {
	for (uint32_t row = 0; row < FONT_HEIGHT; row++) {
		for (uint32_t column = 0; column < FONT_WIDTH; column++) {
			if (glyph[row] & (0x80U >> column)) {
				draw_dot(pixels + row * scale * SCREEN_WIDTH + column * scale,
					scale, ink);
			}
		}
	}
}

void screen_draw(const struct screen *screen, uint32_t x, uint32_t y, uint32_t scale, uint32_t ink,
	const char *string) {
	if (y + FONT_HEIGHT * scale > SCREEN_HEIGHT) {
		return;
	}
	for (; *string != '\0' && x + FONT_WIDTH * scale <= SCREEN_WIDTH; string++) {
		uint8_t code = (uint8_t)*string;
		if (code < FONT_FIRST || code > FONT_LAST) {
			code = '?';
		}
		draw_glyph(
			screen->pixels + y * SCREEN_WIDTH + x, font[code - FONT_FIRST], scale, ink);
		x += FONT_WIDTH * scale;
	}
}
