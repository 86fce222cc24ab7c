// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/put_back.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct text text_of(const char *data) {
	return (struct text){.data = (char *)data, .length = strlen(data)};
}

static int try(const char *before, const char *after, const char *now, struct text *ret) {
	const struct text was = text_of(before), left = text_of(after), is = text_of(now);

	return put_back(&was, &left, &is, ret);
}

static void lines_come_back_to_their_places(void **state) {
	static const struct {
		const char *before, *after, *now, *home;
	} rows[] = {
		{"a\nb\nc\n", "a\nc\n", "a\nc\n", "a\nb\nc\n"},
		{"a\nb\nc\n", "a\nc\n", "x\na\nc\ny\n", "x\na\nb\nc\ny\n"},
		{"a\nb x\nc", "a\nb\nc", "new\na\nb\nc", "new\na\nb x\nc"},
		{"v\na\nv\n", "a\n", "a\n", "v\na\nv\n"},
		{"a\nb\n", "", "", "a\nb\n"},
		{"a\r\nb\r\n", "b\r\n", "b\r\nc\r\n", "a\r\nb\r\nc\r\n"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text home = {0};

		assert_int_equal(try(rows[i].before, rows[i].after, rows[i].now, &home), 0);
		assert_string_equal(home.data, rows[i].home);
	}
}

static void where_the_place_is_not_certain_nothing_comes_back(void **state) {
	static const struct {
		const char *before, *after, *now;
	} rows[] = {
		{"a\nb\nc\n", "a\nc\n", "a\nd\nc\n"},       /* others came there */
		{"a\nb\nc\n", "a\nc\n", "a\nc\nx\na\nc\n"}, /* there are two such places */
		{"a\nb x\nc\n", "a\nb\nc\n", "a\nB\nc\n"},
		{"a\nb\nc\nd\ne\n", "a\nc\ne\n", "a\nc\n"}, /* one has its place, one has not */
		{"a\nb\n", "", "c\n"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text home = {0};

		assert_int_equal(try(rows[i].before, rows[i].after, rows[i].now, &home), -EINVAL);
		assert_null(home.data);
	}
}

static void what_is_missing_is_named(void **state) {
	const struct text was = text_of("a\nb x\nc\n"), left = text_of("b\nc\n");
	AUTO_TEXT struct text list = {0};

	assert_int_equal(put_back_list(&was, &left, &list), 0);
	assert_string_equal(list.data, "a; b x");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_back_to_their_places),
		cmocka_unit_test(where_the_place_is_not_certain_nothing_comes_back),
		cmocka_unit_test(what_is_missing_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
