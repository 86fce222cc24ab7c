/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tick.h"

#include <stdint.h>

#include "io.h"

/* The two 8259 interrupt controllers and the 8254 timer. */
enum {
	PIC_FIRST = 0x20,
	PIC_SECOND = 0xa0,
	PIT_CHANNEL = 0x40,
	PIT_MODE = 0x43,
};

enum {
	VECTOR = 0x20,
	VECTORS = VECTOR + 16,
	CODE_SEGMENT = 8,
	GATE_INTERRUPT = 0x8e00,
	PIC_INITIALISE = 0x11,
	PIC_8086 = 0x01,
	PIC_DONE = 0x20,
	PIT_RATE_GENERATOR = 0x34,
};

void wake(void);

static struct {
	uint32_t low;
	uint32_t high;
} gates[VECTORS];

static void load_gates(void) {
	uint32_t address = (uint32_t)(uintptr_t)wake;
	for (uint32_t vector = VECTOR; vector < VECTORS; vector++) {
		gates[vector].low = CODE_SEGMENT << 16 | (address & 0xffff);
		gates[vector].high = (address & 0xffff0000U) | GATE_INTERRUPT;
	}
	struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) pointer = {sizeof(gates) - 1, (uint32_t)(uintptr_t)gates};
	__asm__ volatile("lidt %0" : : "m"(pointer));
}

static void set_up_controller(uint16_t port, uint8_t vector, uint8_t cascade, uint8_t mask) {
	out8(port, PIC_INITIALISE);
	out8(port + 1, vector);
	out8(port + 1, cascade);
	out8(port + 1, PIC_8086);
	out8(port + 1, mask);
}

void tick_open(void) {
	load_gates();
	set_up_controller(PIC_FIRST, VECTOR, 1 << 2, 0xfe);
	set_up_controller(PIC_SECOND, VECTOR + 8, 2, 0xff);
	/* The longest period: 65536 of 1.193182 MHz. */
	out8(PIT_MODE, PIT_RATE_GENERATOR);
	out8(PIT_CHANNEL, 0);
	out8(PIT_CHANNEL, 0);
}

void tick_wait(void) {
	/* sti takes effect after hlt, so a tick in between is not missed. */
	__asm__ volatile("sti; hlt; cli" : : : "memory");
	out8(PIC_FIRST, PIC_DONE);
}
