// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/rom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A ROM as a card has it, composed from the specifications: a BIOS of two blocks, and an EFI image
 * of two blocks, which is the last. */
#define BLOCK     512
#define EFI       1024
#define SIZE      2048
#define STRUCTURE 0x40 /* of each image, from its beginning */

static void put(uint8_t *data, size_t at, unsigned int value) {
	data[at] = (uint8_t)value;
	data[at + 1] = (uint8_t)(value >> 8);
}

static void put_structure(uint8_t *image, unsigned int code, bool last) {
	put(image, 0, 0xaa55);
	put(image, 0x18, STRUCTURE);
	memcpy(image + STRUCTURE, "PCIR", 4);
	put(image, STRUCTURE + 0x04, 0x10de);
	put(image, STRUCTURE + 0x06, 0x2484);
	put(image, STRUCTURE + 0x0a, 0x1c);
	image[STRUCTURE + 0x0c] = 3;
	image[STRUCTURE + 0x0d] = 0;
	put(image, STRUCTURE + 0x0e, 0x0300);
	put(image, STRUCTURE + 0x10, 2);
	image[STRUCTURE + 0x14] = (uint8_t)code;
	image[STRUCTURE + 0x15] = last ? 0x80 : 0;
}

static void add_up(uint8_t *data) {
	uint8_t sum = 0;

	data[0x3f] = 0;
	for (size_t i = 0; i < EFI; i++) {
		sum = (uint8_t)(sum + data[i]);
	}
	data[0x3f] = (uint8_t)-sum;
}

static void compose(uint8_t *data) {
	memset(data, 0x5a, SIZE);
	put_structure(data, ROM_CODE_BIOS, false);
	put(data, STRUCTURE + 0x08, 0x20); /* other devices that it is for */
	put(data, STRUCTURE + 0x20, 0x2486);
	put(data, STRUCTURE + 0x22, 0);
	data[2] = 2;
	put_structure(data + EFI, ROM_CODE_EFI, true);
	put(data + EFI, STRUCTURE + 0x08, 0);
	put(data + EFI, 4, 0x0ef1);
	put(data + EFI, 6, 0);
	put(data + EFI, 0x0a, ROM_MACHINE_X86_64);
	put(data + EFI, 0x16, 0x60);
	add_up(data);
}

static size_t count_faults(const struct rom *rom) {
	size_t count = 0;

	for (enum rom_fault fault = 0; fault < ROM_FAULT_COUNT; fault++) {
		count += rom->faults[fault];
	}
	return count;
}

static void a_whole_rom_has_its_images_and_no_fault(void **state) {
	const struct identity card = {.vendor = 0x10de, .device = 0x2484};
	uint8_t data[SIZE];
	struct rom rom;

	compose(data);
	rom_parse(data, SIZE, &card, &rom);
	assert_int_equal(count_faults(&rom), 0);
	assert_int_equal(rom_level(&rom), ROM_NOTE);
	assert_int_equal(rom.start, 0);
	assert_int_equal(rom.size, SIZE);
	assert_int_equal(rom.image_count, 2);
	assert_int_equal(rom.images[0].code, ROM_CODE_BIOS);
	assert_int_equal(rom.images[0].size, EFI);
	assert_int_equal(rom.images[0].vendor, 0x10de);
	assert_int_equal(rom.images[0].device, 0x2484);
	assert_int_equal(rom.images[0].class, 0x030000);
	assert_int_equal(rom.images[1].offset, EFI);
	assert_int_equal(rom.images[1].code, ROM_CODE_EFI);
	assert_int_equal(rom.images[1].machine, ROM_MACHINE_X86_64);
}

static void each_fault_is_told_by_its_name_and_image(void **state) {
	static const struct {
		size_t at;
		unsigned int value;
		size_t size; /* of the file */
		enum rom_fault fault;
		size_t image;
	} rows[] = {
		{0x18, 0x30, SIZE, ROM_NO_STRUCTURE, 0},
		{0x18, 0xfff0, SIZE, ROM_CUT, 0},
		{STRUCTURE, 0x4950, SIZE, ROM_NO_STRUCTURE, 0},
		{STRUCTURE + 0x10, 0, SIZE, ROM_NO_SIZE, 0},
		{STRUCTURE + 0x10, 1, SIZE, ROM_BIOS_SIZE, 0},
		{STRUCTURE + 0x10, 3, SIZE, ROM_NO_END, 1},
		{STRUCTURE + 0x10, 5, SIZE, ROM_CUT, 0},
		{2, 0, SIZE, ROM_BIOS_SIZE, 0},
		{2, 3, SIZE, ROM_BIOS_SIZE, 0},
		{0x80, 0x1234, SIZE, ROM_CHECKSUM, 0},
		{STRUCTURE + 0x14, 0x0001, SIZE, ROM_NO_BIOS, 2},
		{STRUCTURE + 0x14, 0x8000, SIZE, ROM_NO_EFI, 1},
		{EFI, 0, SIZE, ROM_NO_END, 1},
		{EFI + 0x18, 0x30, SIZE, ROM_NO_STRUCTURE, 1},
		{EFI + 0x18, 0x3f0, SIZE, ROM_CUT, 1},
		{EFI + STRUCTURE + 0x10, 0, SIZE, ROM_NO_SIZE, 1},
		{EFI + STRUCTURE + 0x10, 3, SIZE, ROM_CUT, 1},
		{EFI + STRUCTURE + 0x14, 0x0003, SIZE, ROM_CUT, 2},
		{EFI + 4, 0x0ef2, SIZE, ROM_EFI_SIGNATURE, 1},
		{EFI + 6, 1, SIZE, ROM_EFI_SIGNATURE, 1},
		{EFI + 0x0a, 0xaa64, SIZE, ROM_EFI_MACHINE, 1},
		{EFI + 0x16, 1024, SIZE, ROM_EFI_START, 1},
		{SIZE - 2, 0, SIZE - 1, ROM_CUT, 1},
		{SIZE - 2, 0, EFI + BLOCK, ROM_CUT, 1},
		{SIZE - 2, 0, EFI, ROM_CUT, 1},
		{SIZE - 2, 0, EFI + 10, ROM_NO_END, 1},
		{SIZE - 2, 0, 0x19, ROM_NO_IMAGE, 0},
		{SIZE - 2, 0, 0x30, ROM_CUT, 0},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t data[SIZE];
		enum rom_fault fault = rows[i].fault;
		struct rom rom;

		compose(data);
		put(data, rows[i].at, rows[i].value);
		if (rows[i].fault != ROM_CHECKSUM && rows[i].at < EFI) {
			add_up(data);
		}
		rom_parse(data, rows[i].size, NULL, &rom);
		if (!rom.faults[fault] || rom.fault_image[fault] != rows[i].image) {
			fail_msg("row %zu: %s, image %zu", i, rom_fault_name(fault),
				rom.fault_image[fault]);
		}
	}
}

static void what_stands_before_the_first_image_can_be_cut_off(void **state) {
	uint8_t data[BLOCK + 1 + SIZE] = {'N', 'V', 'G', 'I', 0x55, 0xaa};
	struct rom rom;

	compose(data + BLOCK + 1);
	rom_parse(data, sizeof(data), NULL, &rom);
	assert_int_equal(count_faults(&rom), 1);
	assert_true(rom.faults[ROM_HEADER]);
	assert_int_equal(rom_level(&rom), ROM_MENDABLE);
	assert_int_equal(rom.start, BLOCK + 1);
	assert_int_equal(rom.size, SIZE);
	assert_int_equal(rom.image_count, 2);
}

static void what_stands_behind_the_last_image_is_nobodys_business(void **state) {
	uint8_t data[SIZE + 100] = {0};
	struct rom rom;

	compose(data);
	rom_parse(data, sizeof(data), NULL, &rom);
	assert_int_equal(count_faults(&rom), 0);
	assert_int_equal(rom.size, SIZE);
}

static void nothing_is_in_a_file_of_one_byte_over_and_over(void **state) {
	uint8_t data[SIZE];
	struct rom rom;

	rom_parse(NULL, 0, NULL, &rom);
	assert_true(rom.faults[ROM_EMPTY]);
	for (unsigned int value = 0; value < 256; value++) {
		bool empty = value == 0 || value == 0xff;

		memset(data, (int)value, sizeof(data));
		rom_parse(data, sizeof(data), NULL, &rom);
		assert_int_equal(count_faults(&rom), 1);
		assert_true(rom.faults[empty ? ROM_EMPTY : ROM_NO_IMAGE]);
		assert_int_equal(rom_level(&rom), ROM_BROKEN);
	}
}

static void a_rom_is_for_the_devices_that_it_names(void **state) {
	static const struct {
		uint16_t vendor, device;
		bool fits;
	} rows[] = {{0x10de, 0x2484, true}, {0x10de, 0x2486, true}, {0x10de, 0x2485, false},
		{0x1002, 0x2484, false}};
	uint8_t data[SIZE];

	compose(data);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct identity card = {.vendor = rows[i].vendor, .device = rows[i].device};
		struct rom rom;

		rom_parse(data, SIZE, &card, &rom);
		assert_int_equal(rom.faults[ROM_OTHER_DEVICE], !rows[i].fits);
	}
}

static void a_chain_without_end_is_given_up(void **state) {
	uint8_t data[(ROM_IMAGES_MAX + 2) * EFI];
	struct rom rom;

	for (size_t i = 0; i < ROM_IMAGES_MAX + 2; i++) {
		memset(data + i * EFI, 0, EFI);
		put_structure(data + i * EFI, 0xe0, false);
	}
	rom_parse(data, sizeof(data), NULL, &rom);
	assert_int_equal(rom.image_count, ROM_IMAGES_MAX);
	assert_true(rom.faults[ROM_TOO_MANY]);
	assert_int_equal(rom_level(&rom), ROM_BROKEN);
}

static void every_fault_has_a_name_of_its_own(void **state) {
	for (enum rom_fault a = 0; a < ROM_FAULT_COUNT; a++) {
		assert_true(rom_fault_name(a)[0]);
		for (enum rom_fault b = 0; b < a; b++) {
			assert_string_not_equal(rom_fault_name(a), rom_fault_name(b));
		}
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_rom_has_its_images_and_no_fault),
		cmocka_unit_test(each_fault_is_told_by_its_name_and_image),
		cmocka_unit_test(what_stands_before_the_first_image_can_be_cut_off),
		cmocka_unit_test(what_stands_behind_the_last_image_is_nobodys_business),
		cmocka_unit_test(nothing_is_in_a_file_of_one_byte_over_and_over),
		cmocka_unit_test(a_rom_is_for_the_devices_that_it_names),
		cmocka_unit_test(a_chain_without_end_is_given_up),
		cmocka_unit_test(every_fault_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
