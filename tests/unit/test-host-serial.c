// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine.h"

/* A config of that many bytes, with words at places. */
struct word {
	size_t at;
	uint32_t value;
};

static int read_from(size_t size, const struct word *words, size_t count, char ret[SERIAL_SIZE]) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	AUTO_CLOSE int file = -1;
	uint8_t config[4096] = {0};

	assert_int_equal(machine_make("", 0, &machine), 0);
	for (size_t i = 0; i < count; i++) {
		for (size_t byte = 0; byte < 4; byte++) {
			config[words[i].at + byte] = (uint8_t)(words[i].value >> 8 * byte);
		}
	}
	file = openat(machine.root, "config", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(file, config, size), size);
	return serial_read(machine.root, ret);
}

static void the_serial_stands_behind_other_capabilities(void **state) {
	static const struct word words[] = {
		{0x100, 0x15010001}, {0x150, 0x20010003}, {0x154, 0x44556677}, {0x158, 0x00112233}};
	char serial[SERIAL_SIZE];

	assert_int_equal(read_from(4096, words, COUNT(words), serial), 0);
	assert_string_equal(serial, "00-11-22-33-44-55-66-77");
}

static void a_function_without_one_says_so(void **state) {
	static const struct word words[] = {{0x100, 0x15010001}, {0x150, 0x00010002}};
	char serial[SERIAL_SIZE] = "untouched";

	assert_int_equal(read_from(4096, words, COUNT(words), serial), -ENOENT);
	assert_int_equal(read_from(4096, NULL, 0, serial), -ENOENT);
	assert_string_equal(serial, "untouched");
}

static void a_list_that_bites_its_tail_ends(void **state) {
	static const struct word words[] = {{0x100, 0x15010001}, {0x150, 0x10010002}};
	char serial[SERIAL_SIZE];

	assert_int_equal(read_from(4096, words, COUNT(words), serial), -ENOENT);
}

static void people_without_root_see_only_the_header(void **state) {
	char serial[SERIAL_SIZE];

	assert_int_equal(read_from(64, NULL, 0, serial), -EACCES);
}

static void a_dead_device_and_an_empty_number_are_none(void **state) {
	static const struct word dead[] = {{0x100, UINT32_MAX}};
	static const struct word empty[] = {{0x100, 0x00010003}};
	static const struct word ones[] = {
		{0x100, 0x00010003}, {0x104, UINT32_MAX}, {0x108, UINT32_MAX}};
	static const struct word cut[] = {{0x100, 0x00010003}};
	char serial[SERIAL_SIZE];

	assert_int_equal(read_from(4096, dead, COUNT(dead), serial), -ENOENT);
	assert_int_equal(read_from(4096, empty, COUNT(empty), serial), -ENOENT);
	assert_int_equal(read_from(4096, ones, COUNT(ones), serial), -ENOENT);
	assert_int_equal(read_from(0x104, cut, COUNT(cut), serial), -EACCES);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_serial_stands_behind_other_capabilities),
		cmocka_unit_test(a_function_without_one_says_so),
		cmocka_unit_test(a_list_that_bites_its_tail_ends),
		cmocka_unit_test(people_without_root_see_only_the_header),
		cmocka_unit_test(a_dead_device_and_an_empty_number_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
