// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/line.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void lines_are_counted_and_the_last_needs_no_end(void **state) {
	static const char text[] = "one\n\ntwo\r\nthree";
	static const char *const wanted[] = {"one", "", "two\r", "three"};
	struct lines lines = {.rest = text, .length = sizeof(text) - 1};
	struct line line;

	for (unsigned int i = 0; i < COUNT(wanted); i++) {
		char copy[16];

		assert_true(line_next(&lines, &line));
		assert_int_equal(line.number, i + 1);
		line_trim_end(&line);
		assert_int_equal(line_copy(&line, copy, sizeof(copy)), 0);
		assert_memory_equal(copy, wanted[i], strlen(copy));
	}
	assert_false(line_next(&lines, &line));
}

static void nothing_is_no_line_and_an_end_is_not_one_more(void **state) {
	struct lines none = {.rest = "", .length = 0}, one = {.rest = "\n", .length = 1};
	struct line line;

	assert_false(line_next(&none, &line));
	assert_true(line_next(&one, &line));
	assert_int_equal(line.length, 0);
	assert_false(line_next(&one, &line));
}

static void blanks_go_from_the_ends_alone(void **state) {
	static const char text[] = " \t a b\v\f\r ";
	struct line line = {text, sizeof(text) - 1, 1};

	line_trim_end(&line);
	assert_int_equal(line.length, 6);
	line_trim(&line);
	assert_int_equal(line.length, 3);
	assert_memory_equal(line.text, "a b", 3);
	line = (struct line){"  ", 2, 1};
	line_trim(&line);
	assert_int_equal(line.length, 0);
}

static void what_is_no_text_or_too_long_is_not_copied(void **state) {
	char copy[4] = "old";

	assert_int_equal(
		line_copy(&(struct line){"abcd", 4, 1}, copy, sizeof(copy)), -ENAMETOOLONG);
	assert_int_equal(line_copy(&(struct line){"a\0b", 3, 1}, copy, sizeof(copy)), -EILSEQ);
	assert_int_equal(line_copy(&(struct line){"a\x7f", 2, 1}, copy, sizeof(copy)), -EILSEQ);
	assert_string_equal(copy, "old");
	assert_int_equal(line_copy(&(struct line){"a\tb", 3, 1}, copy, sizeof(copy)), 0);
	assert_string_equal(copy, "a\tb");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_counted_and_the_last_needs_no_end),
		cmocka_unit_test(nothing_is_no_line_and_an_end_is_not_one_more),
		cmocka_unit_test(blanks_go_from_the_ends_alone),
		cmocka_unit_test(what_is_no_text_or_too_long_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
