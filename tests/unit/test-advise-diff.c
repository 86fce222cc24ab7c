// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/diff.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void changes_are_shown_with_three_lines_around_them(void **state) {
	static const struct {
		const char *before, *after, *diff;
	} rows[] = {
		{"a\n", "a\n", ""},
		{"", "", ""},
		{"", "a\n", "@@ -0,0 +1 @@\n+a\n"},
		{"a\n", "", "@@ -1 +0,0 @@\n-a\n"},
		{"a\nb\n", "a\nc\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"},
		{"a\nb", "a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
		{"1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n", "@@ -3,3 +3,4 @@\n 3\n 4\n 5\n+6\n"},
		{"1\n2\n3\n4\n5\n6\n7\n8\n", "0\n2\n3\n4\n5\n6\n7\n9\n",
			"@@ -1,8 +1,8 @@\n-1\n+0\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+9\n"},
		{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n2\n3\n4\n5\n6\n7\n8\n0\n",
			"@@ -1,4 +1,4 @@\n-1\n+0\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+0\n"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text before = {0}, after = {0}, diff = {0}, expected = {0};

		assert_int_equal(text_add(&before, "%s", rows[i].before), 0);
		assert_int_equal(text_add(&after, "%s", rows[i].after), 0);
		assert_int_equal(text_add(&expected, "%s%s",
					 rows[i].diff[0] ? "--- x\n+++ y\n" : "", rows[i].diff),
			0);
		assert_int_equal(diff_unified("x", "y", &before, &after, &diff), 0);
		assert_string_equal(diff.data ? diff.data : "", expected.data);
	}
}

static void texts_that_share_nothing_are_refused_above_a_limit(void **state) {
	AUTO_TEXT struct text before = {0}, after = {0}, diff = {0};

	for (int i = 0; i < DIFF_MAX; i++) {
		assert_int_equal(text_add(&before, "a%d\n", i), 0);
		assert_int_equal(text_add(&after, "b%d\n", i), 0);
	}
	assert_int_equal(diff_unified("x", "y", &before, &after, &diff), -E2BIG);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_shown_with_three_lines_around_them),
		cmocka_unit_test(texts_that_share_nothing_are_refused_above_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
