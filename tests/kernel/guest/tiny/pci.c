/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pci.h"

#include <stdbool.h>

#include "io.h"

/* The configuration mechanism of PCI Local Bus 3.0, section 3.2.2.3.2: it reaches all that is
 * needed here, bars and bridges, and asks nothing of ACPI. */
enum {
	CONFIG_ADDRESS = 0xcf8,
	CONFIG_DATA = 0xcfc,
};

/* Offsets in the header. */
enum {
	ID = 0x00,
	COMMAND = 0x04,
	CLASS = 0x08,
	HEADER = 0x0c,
	BAR = 0x10,
	BUSES = 0x18,
};

enum {
	COMMAND_MEMORY = 0x0002,
	HEADER_TYPE = 0x7f0000,
	HEADER_BRIDGE = 0x010000,
	HEADER_MULTIFUNCTION = 0x800000,
	BAR_IO = 0x1,
	BAR_TYPE = 0x6,
	BAR_64_BIT = 0x4,
};

static void select(const struct function *function, uint8_t offset) {
	out32(CONFIG_ADDRESS, 0x80000000U | (uint32_t)function->bus << 16 |
				      (uint32_t)function->device << 11 |
				      (uint32_t)function->number << 8 | offset);
}

uint32_t pci_read(const struct function *function, uint8_t offset) {
	select(function, offset);
	return in32(CONFIG_DATA);
}

void pci_write(const struct function *function, uint8_t offset, uint32_t value) {
	select(function, offset);
	out32(CONFIG_DATA, value);
}

static void walk_bus(uint8_t bus, void (*visit)(const struct function *function));

/* Visit a function and what is behind it; returns its header type, all ones if it is not there. */
static uint32_t walk_function(struct function function, void (*visit)(const struct function *)) {
	uint32_t id = pci_read(&function, ID);
	if (id == 0xffffffffU) {
		return id;
	}
	function.vendor = (uint16_t)id;
	function.model = (uint16_t)(id >> 16);
	function.class = pci_read(&function, CLASS) >> 8;
	visit(&function);
	uint32_t header = pci_read(&function, HEADER);
	if ((header & HEADER_TYPE) == HEADER_BRIDGE) {
		uint8_t secondary = (uint8_t)(pci_read(&function, BUSES) >> 8);
		/* Numbers grow with the depth, so firmware that left a bridge alone ends no walk.
		 */
		if (secondary > function.bus) {
			walk_bus(secondary, visit);
		}
	}
	return header;
}

static void walk_bus(uint8_t bus, void (*visit)(const struct function *function)) {
	for (uint8_t device = 0; device < 32; device++) {
		struct function function = {.bus = bus, .device = device};
		uint32_t header = walk_function(function, visit);
		if (header == 0xffffffffU || !(header & HEADER_MULTIFUNCTION)) {
			continue;
		}
		for (function.number = 1; function.number < 8; function.number++) {
			walk_function(function, visit);
		}
	}
}

void pci_walk(void (*visit)(const struct function *function)) {
	walk_bus(0, visit);
}

uint32_t pci_bar(const struct function *function, uint8_t index) {
	uint8_t offset = (uint8_t)(BAR + 4 * index);
	uint32_t bar = pci_read(function, offset);
	if (bar & BAR_IO) {
		return 0;
	}
	bool wide = (bar & BAR_TYPE) == BAR_64_BIT;
	if (wide && pci_read(function, (uint8_t)(offset + 4)) != 0) {
		return 0;
	}
	return bar & ~0xfU;
}

void pci_enable_memory(const struct function *function) {
	/* The upper half is the status register: ones would clear it. */
	uint32_t command = pci_read(function, COMMAND) & 0xffff;
	pci_write(function, COMMAND, command | COMMAND_MEMORY);
}
