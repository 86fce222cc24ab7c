/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keyboard.h"

#include "io.h"

/* The 8042 controller. */
enum {
	DATA = 0x60,
	STATUS = 0x64,
	STATUS_FULL = 0x01,
	STATUS_MOUSE = 0x20,
	BUFFER_MOST = 64,
};

bool keyboard_take(void) {
	uint8_t status = in8(STATUS);
	if (!(status & STATUS_FULL)) {
		return false;
	}
	in8(DATA);
	return !(status & STATUS_MOUSE);
}

void keyboard_open(void) {
	/* A limit, as without a controller every port reads as ones. */
	for (int count = 0; count < BUFFER_MOST && (in8(STATUS) & STATUS_FULL); count++) {
		in8(DATA);
	}
}
