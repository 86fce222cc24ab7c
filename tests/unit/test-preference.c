// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/preference.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void methods_are_written_as_the_kernel_writes_them(void **state) {
	char text[PREFERENCE_TEXT_SIZE];

	assert_int_equal(preference_reset_method("flr", text, NULL), 0);
	assert_string_equal(text, "flr");
	assert_int_equal(preference_reset_method("device_specific \t pm", text, NULL), 0);
	assert_string_equal(text, "device_specific pm");
}

static void what_the_kernel_does_not_know_is_no_method(void **state) {
	static const char *const wrong[] = {"default", "FLR", "flr,bus", "flr none",
		"bus bus bus bus bus bus bus bus bus bus bus bus bus bus bus bus bus"};
	char text[PREFERENCE_TEXT_SIZE] = "as it was";

	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct error error = {0};

		assert_int_equal(preference_reset_method(wrong[i], text, &error), -EINVAL);
		assert_non_null(strstr(error.text, wrong[i]));
	}
	assert_string_equal(text, "as it was");
}

static void sizes_are_of_one_bar_each(void **state) {
	char text[PREFERENCE_TEXT_SIZE];

	assert_int_equal(preference_bar_sizes("0=16G", text, NULL), 0);
	assert_string_equal(text, "0=16G");
	assert_int_equal(preference_bar_sizes("0=16G  2=8M", text, NULL), 0);
	assert_string_equal(text, "0=16G,2=8M");
}

static void what_no_bar_can_have_is_no_size(void **state) {
	static const char *const wrong[] = {"16G", "0=16", "0=3M", "6=1M", "0=0M", "0=1K", "0=M",
		"0=1M,2=8M", "x=1M", "0=01M", "0=99999999G", "0:16G"};
	char text[PREFERENCE_TEXT_SIZE] = "as it was";

	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(preference_bar_sizes(wrong[i], text, NULL), -EINVAL);
	}
	assert_string_equal(text, "as it was");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods_are_written_as_the_kernel_writes_them),
		cmocka_unit_test(what_the_kernel_does_not_know_is_no_method),
		cmocka_unit_test(sizes_are_of_one_bar_each),
		cmocka_unit_test(what_no_bar_can_have_is_no_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
