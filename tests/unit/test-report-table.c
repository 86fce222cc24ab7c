// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/table.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add(struct table *table, enum table_style style, const char *a, const char *b) {
	const char *const cells[] = {a, b};

	assert_int_equal(table_row(table, style, cells), 0);
}

static void columns_are_as_wide_as_their_widest_cell(void **state) {
	AUTO_TABLE struct table table = {.column_count = 2};
	AUTO_TEXT struct text text = {0};

	add(&table, STYLE_PLAIN, "A", "B");
	add(&table, STYLE_PLAIN, "wide", "x");
	add(&table, STYLE_PLAIN, "w\xc3\xa9", "y");
	assert_int_equal(table_format(&table, false, &text), 0);
	assert_string_equal(text.data, "A     B\nwide  x\nw\xc3\xa9    y\n");
}

static void no_line_ends_in_blanks(void **state) {
	AUTO_TABLE struct table table = {.column_count = 2};
	AUTO_TEXT struct text text = {0};

	add(&table, STYLE_PLAIN, "a", "");
	add(&table, STYLE_PLAIN, "", "");
	add(&table, STYLE_PLAIN, "", "long");
	assert_int_equal(table_format(&table, false, &text), 0);
	assert_string_equal(text.data, "a\n\n   long\n");
}

static void colours_are_there_only_if_wanted(void **state) {
	AUTO_TABLE struct table table = {.column_count = 2};
	AUTO_TEXT struct text plain = {0}, coloured = {0};

	add(&table, STYLE_STRONG, "a", "b");
	add(&table, STYLE_PLAIN, "c", "d");
	assert_int_equal(table_format(&table, false, &plain), 0);
	assert_null(strchr(plain.data, '\033'));
	assert_int_equal(table_format(&table, true, &coloured), 0);
	assert_string_equal(coloured.data, "\033[1ma  b\033[0m\nc  d\n");
}

static void a_name_cannot_steer_the_terminal(void **state) {
	static const char *const names[][2] = {
		{"plain", "plain"},
		{"\033[2Jgone", "?[2Jgone"},
		{"two\nlines\ttab\r", "two?lines?tab?"},
		{"del\x7f", "del?"},
		{"\xc2\x9b"
		 "31m",
			"??31m"}, /* the one-character form of ESC [ */
		{"\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9"},
		{"cut \xc3", "cut ?"},
		{"cut \xe2\x82", "cut ??"},
		{"\xe2\x82\xac", "\xe2\x82\xac"},
		{"\xf0\x9f\x96\xa5", "\xf0\x9f\x96\xa5"},
		{"\xc0\xaf", "??"},           /* '/' in too many bytes */
		{"\xed\xa0\x80", "???"},      /* half of a surrogate pair */
		{"\xf4\x90\x80\x80", "????"}, /* above the last character */
		{"\xff\xfe", "??"},
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		char name[64];

		assert_int_equal(name_set(name, sizeof(name), names[i][0]), 0);
		text_tame(name);
		assert_string_equal(name, names[i][1]);
	}
}

static void no_colours_go_into_a_file(void **state) {
	AUTO_CLOSE int file = open("/dev/null", O_WRONLY | O_CLOEXEC);

	assert_int_equal(setenv("TERM", "xterm", 1), 0);
	assert_int_equal(unsetenv("NO_COLOR"), 0);
	assert_false(table_is_coloured(file));
	assert_false(table_is_coloured(-1));
}

static void people_may_say_that_they_want_no_colours(void **state) {
	AUTO_CLOSE int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(terminal >= 0);
	assert_int_equal(setenv("TERM", "xterm", 1), 0);
	assert_int_equal(unsetenv("NO_COLOR"), 0);
	assert_true(table_is_coloured(terminal));
	assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
	assert_false(table_is_coloured(terminal));
	assert_int_equal(
		setenv("NO_COLOR", "", 1), 0); /* no-color.org: "when not an empty string" */
	assert_true(table_is_coloured(terminal));
	assert_int_equal(setenv("TERM", "dumb", 1), 0);
	assert_false(table_is_coloured(terminal));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(no_line_ends_in_blanks),
		cmocka_unit_test(colours_are_there_only_if_wanted),
		cmocka_unit_test(a_name_cannot_steer_the_terminal),
		cmocka_unit_test(no_colours_go_into_a_file),
		cmocka_unit_test(people_may_say_that_they_want_no_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
