// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/attribute.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "machine.h"

static struct machine machine = {.root = -1};

static int set_up(void **state) {
	return machine_make("", 0, &machine);
}

static int tear_down(void **state) {
	machine_free(&machine);
	return 0;
}

static void write_attribute(const char *value) {
	assert_int_equal(machine_write(&machine, "attribute", value), 0);
}

static void an_attribute_is_its_first_line_without_blanks(void **state) {
	static const char *const values[][2] = {{"D0\n", "D0"}, {"D0", "D0"},
		{" \tflr bus \t\n", "flr bus"}, {"one\ntwo\n", "one"}, {"\n", ""}, {"", ""}};
	char value[16];

	for (size_t i = 0; i < COUNT(values); i++) {
		write_attribute(values[i][0]);
		assert_int_equal(
			attribute_read(machine.root, "attribute", value, sizeof(value)), 0);
		assert_string_equal(value, values[i][1]);
	}
}

static void what_does_not_fit_is_not_cut(void **state) {
	char value[4] = "old";

	write_attribute("four\n");
	assert_int_equal(
		attribute_read(machine.root, "attribute", value, sizeof(value)), -ENAMETOOLONG);
	assert_string_equal(value, "old");
	attribute_read_if_any(machine.root, "attribute", value, sizeof(value));
	assert_string_equal(value, "");
}

/* Blanks at the front would hide that there is more than is read at once. */
static void a_line_that_goes_on_behind_what_is_read_is_refused(void **state) {
	char data[8192], value[16] = "old";

	memset(data, ' ', sizeof(data));
	memcpy(data + 4090, "0123456789\n", sizeof("0123456789\n"));
	write_attribute(data);
	assert_int_equal(
		attribute_read(machine.root, "attribute", value, sizeof(value)), -ENAMETOOLONG);
	assert_int_equal(
		file_read_line(machine.root, "attribute", value, sizeof(value)), -ENAMETOOLONG);
	assert_string_equal(value, "old");
}

static void no_link_is_followed(void **state) {
	char value[16];

	write_attribute("D0\n");
	assert_int_equal(machine_link(&machine, "link", "attribute"), 0);
	assert_int_equal(attribute_read(machine.root, "link", value, sizeof(value)), -ELOOP);
	assert_int_equal(attribute_read(machine.root, "none", value, sizeof(value)), -ENOENT);
}

static void numbers_are_whole_or_zero(void **state) {
	write_attribute("0x10de\n");
	assert_int_equal(attribute_number(machine.root, "attribute", 16), 0x10de);
	write_attribute("10\n");
	assert_int_equal(attribute_number(machine.root, "attribute", 10), 10);
	write_attribute("10 apples\n");
	assert_int_equal(attribute_number(machine.root, "attribute", 10), 0);
	write_attribute("-1\n");
	assert_int_equal(attribute_number(machine.root, "attribute", 10), 0);
	write_attribute("99999999999999999999999\n");
	assert_int_equal(attribute_number(machine.root, "attribute", 10), 0);
	assert_int_equal(attribute_number(machine.root, "none", 10), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attribute_is_its_first_line_without_blanks),
		cmocka_unit_test(what_does_not_fit_is_not_cut),
		cmocka_unit_test(a_line_that_goes_on_behind_what_is_read_is_refused),
		cmocka_unit_test(no_link_is_followed),
		cmocka_unit_test(numbers_are_whole_or_zero),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
