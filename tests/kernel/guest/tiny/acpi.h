/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* ACPI without its language: the power button, the timer, and the power switch. */

#include <stdbool.h>
#include <stdint.h>

struct acpi {
	uint16_t event; /* ports */
	uint16_t enable;
	uint16_t control;
	uint16_t timer;
};

/* The timer's ticks per second, and the bits that it has at least. */
enum {
	ACPI_TIMER_HZ = 3579545,
	ACPI_TIMER_MASK = 0xffffff,
};

/* Find the ports by the tables and have the power button watched; false if there are no tables. */
bool acpi_open(struct acpi *acpi);

/* Was the power button pressed? The press is taken. */
bool acpi_take_button(const struct acpi *acpi);

uint32_t acpi_timer(const struct acpi *acpi);

/* Switch the machine off. */
void acpi_power_off(const struct acpi *acpi);
