/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "acpi.h"

#include <stddef.h>

#include "io.h"

/* Offsets in tables: ACPI 6.5, sections 5.2.5.3 (RSDP), 5.2.7 (RSDT), 5.2.9 (FADT). */
enum {
	BIOS_BEGIN = 0xe0000,
	BIOS_END = 0x100000,
	RSDP_RSDT = 16,
	TABLE_LENGTH = 4,
	RSDT_ENTRIES = 36,
	FADT_EVENT = 56,
	FADT_CONTROL = 64,
	FADT_TIMER = 76,
	FADT_EVENT_LENGTH = 88,
};

/* Section 4.8.3: the power button's bit in both event registers, and the control register. */
enum {
	POWER_BUTTON = 1 << 8,
	SLEEP_ENABLE = 1 << 13,
};

/*
 * The value that means "off" in the control register's bits 10 to 12 is in the package \_S5 of the
 * DSDT, for which it takes an interpreter of AML. It is 0 in all of QEMU's PCs (hw/acpi/core.c).
 */
enum {
	SLEEP_TYPE_OFF = 0 << 10,
};

static uint32_t read32(uint32_t address) {
	return *(const volatile uint32_t *)(uintptr_t)address;
}

static bool has_mark(uint32_t address, const char *mark) {
	for (; *mark != '\0'; mark++, address++) {
		if (*mmio8(address) != (uint8_t)*mark) {
			return false;
		}
	}
	return true;
}

static uint32_t find_root(void) {
	for (uint32_t address = BIOS_BEGIN; address < BIOS_END; address += 16) {
		if (has_mark(address, "RSD PTR ")) {
			return read32(address + RSDP_RSDT);
		}
	}
	return 0;
}

static uint32_t find_table(const char *mark) {
	uint32_t root = find_root();
	if (root == 0) {
		return 0;
	}
	uint32_t end = root + read32(root + TABLE_LENGTH);
	for (uint32_t entry = root + RSDT_ENTRIES; entry + 4 <= end; entry += 4) {
		if (has_mark(read32(entry), mark)) {
			return read32(entry);
		}
	}
	return 0;
}

bool acpi_open(struct acpi *acpi) {
	uint32_t fadt = find_table("FACP");
	if (fadt == 0) {
		return false;
	}
	acpi->event = (uint16_t)read32(fadt + FADT_EVENT);
	/* The second half of the event block enables what the first half reports. */
	acpi->enable = (uint16_t)(acpi->event + *mmio8(fadt + FADT_EVENT_LENGTH) / 2);
	acpi->control = (uint16_t)read32(fadt + FADT_CONTROL);
	acpi->timer = (uint16_t)read32(fadt + FADT_TIMER);
	/* QEMU drops a press that is not enabled. The interrupt that it would cause stays masked.
	 */
	out16(acpi->enable, in16(acpi->enable) | POWER_BUTTON);
	return true;
}

bool acpi_take_button(const struct acpi *acpi) {
	if (!(in16(acpi->event) & POWER_BUTTON)) {
		return false;
	}
	/* A one clears the bit. */
	out16(acpi->event, POWER_BUTTON);
	return true;
}

uint32_t acpi_timer(const struct acpi *acpi) {
	return in32(acpi->timer) & ACPI_TIMER_MASK;
}

void acpi_power_off(const struct acpi *acpi) {
	out16(acpi->control, SLEEP_TYPE_OFF | SLEEP_ENABLE);
}
