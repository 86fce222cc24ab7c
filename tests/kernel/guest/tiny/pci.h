/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* PCI functions, found as firmware left them: buses numbered, bars assigned. */

#include <stdint.h>

struct function {
	uint8_t bus;
	uint8_t device;
	uint8_t number;
	uint16_t vendor;
	uint16_t model;
	uint32_t class; /* class, subclass, interface: 0x030000 */
};

/* Call `visit` for every function on bus 0 and on all buses behind bridges, in order. */
void pci_walk(void (*visit)(const struct function *function));

/* Read or write 32 bits of a function's configuration space; the offset is a multiple of 4. */
uint32_t pci_read(const struct function *function, uint8_t offset);
void pci_write(const struct function *function, uint8_t offset, uint32_t value);

/* The address of a memory bar below 4 GiB; 0 if it is not there, or not below. */
uint32_t pci_bar(const struct function *function, uint8_t index);

/* Have a function answer at its memory bars. */
void pci_enable_memory(const struct function *function);
