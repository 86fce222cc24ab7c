/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest in a few kilobytes: says what it sees on its PCI buses, on the serial line and on the
 * screens of the cards it was given, and switches itself off when it is told to.
 *
 * On its command line: number=TEXT is shown; exit=wait ends it when a key is pressed or a byte
 * comes over the serial line, exit=now at once, exit=N after N seconds. A press of the power button
 * ends it always. code=N ends QEMU with 2N + 1 if it has an isa-debug-exit. With end=reset it does
 * not switch itself off but starts anew.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi.h"
#include "io.h"
#include "keyboard.h"
#include "pci.h"
#include "screen.h"
#include "serial.h"
#include "text.h"
#include "tick.h"

/* Multiboot Specification 0.6.96, sections 3.2 and 3.3. */
enum {
	LOADED = 0x2badb002,
	HAS_COMMAND_LINE = 1 << 2,
};

struct information {
	uint32_t flags;
	uint32_t memory[2];
	uint32_t boot_device;
	uint32_t command_line;
};

enum {
	SCREENS_MOST = 4,
	LINE_SIZE = 128,
	SECONDS_MOST = 86400,
	DEBUG_EXIT = 0x501, /* the port of QEMU's isa-debug-exit */
	RESET_CONTROL = 0xcf9,
	RESET_FULL = 0x06,
	SCALE = 2,
	SCALE_NUMBER = 6,
	MARGIN = 24,
	LINE_STEP = 32,
	COLOUR_PAPER = 0x14304c,
	COLOUR_TEXT = 0xd8e0e8,
	COLOUR_NUMBER = 0xffd040,
};

static struct screen screens[SCREENS_MOST];
static uint32_t screen_count;
static uint32_t screen_y = MARGIN;

static void draw(uint32_t scale, uint32_t colour, const char *line) {
	for (uint32_t index = 0; index < screen_count; index++) {
		screen_draw(&screens[index], MARGIN, screen_y, scale, colour, line);
	}
	screen_y += LINE_STEP / SCALE * scale;
}

/* Say a line everywhere. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
	char line[LINE_SIZE];
	struct text text = {.data = line, .size = sizeof(line)};
	va_list list;
	va_start(list, format);
	text_add_list(&text, format, list);
	va_end(list);
	draw(SCALE, COLOUR_TEXT, line);
	serial_write(line);
	serial_write("\n");
}

static void use_screen(const struct function *function) {
	if (!screen_fits(function) || screen_count == SCREENS_MOST) {
		return;
	}
	const char *complaint = screen_open(&screens[screen_count], function, COLOUR_PAPER);
	if (complaint) {
		say("CARD 0000:%02x:%02x.%u: %s", function->bus, function->device, function->number,
			complaint);
		return;
	}
	screen_count++;
}

static void tell(const struct function *function) {
	say("PCI 0000:%02x:%02x.%u %04x:%04x class %06x", function->bus, function->device,
		function->number, function->vendor, function->model, function->class);
}

static void tell_number(const char *command_line) {
	char word[LINE_SIZE];
	struct text text = {.data = word, .size = sizeof(word)};
	const char *value = text_value(command_line, "number");
	size_t length = value ? text_word_length(value) : 0;
	for (size_t index = 0; index < length; index++) {
		text_add(&text, "%c", value[index]);
	}
	if (length == 0) {
		text_add(&text, "none");
	}
	serial_write("NUMBER ");
	serial_write(word);
	serial_write("\n");
	draw(SCALE_NUMBER, COLOUR_NUMBER, word);
}

/* Why the guest is to end. */
static const char *await_end(const struct acpi *acpi, bool limited, uint32_t limit_s) {
	uint32_t before = acpi_timer(acpi);
	uint32_t ticks = 0;
	uint32_t elapsed_s = 0;
	while (!acpi_take_button(acpi)) {
		uint32_t now = acpi_timer(acpi);
		ticks += (now - before) & ACPI_TIMER_MASK;
		before = now;
		for (; ticks >= ACPI_TIMER_HZ; ticks -= ACPI_TIMER_HZ) {
			elapsed_s++;
		}
		if (limited && elapsed_s >= limit_s) {
			return "time";
		}
		if (!limited && serial_take()) {
			return "byte";
		}
		if (!limited && keyboard_take()) {
			return "key";
		}
		tick_wait();
	}
	return "button";
}

static const char *stay(const struct acpi *acpi, const char *command_line) {
	const char *value = text_value(command_line, "exit");
	uint32_t limit_s = 0;
	if (value && text_number(value, SECONDS_MOST, &limit_s)) {
		return await_end(acpi, true, limit_s);
	}
	if (value && text_word_is(value, "now")) {
		return "now";
	}
	return await_end(acpi, false, 0);
}

/* isa-debug-exit ends QEMU with twice the number and one. */
static void end_qemu(const char *command_line) {
	const char *value = text_value(command_line, "code");
	uint32_t code;
	if (value && text_number(value, UINT8_MAX, &code)) {
		out8(DEBUG_EXIT, (uint8_t)code);
	}
}

static void reset(const char *command_line) {
	const char *value = text_value(command_line, "end");
	if (value && text_word_is(value, "reset")) {
		out8(RESET_CONTROL, RESET_FULL);
	}
}

void guest(uint32_t magic, const struct information *information) {
	const char *command_line = "";
	if (magic == LOADED && (information->flags & HAS_COMMAND_LINE)) {
		command_line = (const char *)(uintptr_t)information->command_line;
	}
	struct acpi acpi;
	serial_open();
	keyboard_open();
	if (!acpi_open(&acpi)) {
		say("ACPI has no tables: this guest cannot end itself");
		return;
	}
	tick_open();
	pci_walk(use_screen);
	pci_walk(tell);
	tell_number(command_line);
	say("READY");
	say("END %s", stay(&acpi, command_line));
	end_qemu(command_line);
	reset(command_line);
	acpi_power_off(&acpi);
}
