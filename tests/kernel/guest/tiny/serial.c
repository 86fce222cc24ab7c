/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serial.h"

#include "io.h"

/* Registers of a 16550. */
enum {
	COM1 = 0x3f8,
	DATA = COM1,
	INTERRUPTS = COM1 + 1,
	FIFO = COM1 + 2,
	LINE = COM1 + 3,
	MODEM = COM1 + 4,
	STATUS = COM1 + 5,
};

enum {
	FIFO_ON = 0x01,
	LINE_8N1 = 0x03,
	MODEM_READY = 0x03,
	STATUS_RECEIVED = 0x01,
	STATUS_EMPTY = 0x20,
};

void serial_open(void) {
	out8(INTERRUPTS, 0);
	out8(LINE, LINE_8N1);
	/* What was sent before the guest ran stays in the FIFO: nothing is reset. */
	out8(FIFO, FIFO_ON);
	out8(MODEM, MODEM_READY);
}

static void write_byte(char byte) {
	while (!(in8(STATUS) & STATUS_EMPTY)) {
	}
	out8(DATA, (uint8_t)byte);
}

void serial_write(const char *string) {
	for (; *string != '\0'; string++) {
		if (*string == '\n') {
			write_byte('\r');
		}
		write_byte(*string);
	}
}

bool serial_take(void) {
	if (!(in8(STATUS) & STATUS_RECEIVED)) {
		return false;
	}
	in8(DATA);
	return true;
}
