/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Ports of the processor's I/O space, and registers in memory. */

#include <stdint.h>

static inline void out8(uint16_t port, uint8_t value) {
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port) {
	uint8_t value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void out16(uint16_t port, uint16_t value) {
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint16_t in16(uint16_t port) {
	uint16_t value;
	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void out32(uint16_t port, uint32_t value) {
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t in32(uint16_t port) {
	uint32_t value;
	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline volatile uint8_t *mmio8(uint32_t address) {
	return (volatile uint8_t *)(uintptr_t)address;
}

static inline volatile uint16_t *mmio16(uint32_t address) {
	return (volatile uint16_t *)(uintptr_t)address;
}
