// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/form.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void what_has_the_form_is_read_with_small_letters(void **state) {
	char id[] = "xxxx:xxxx";

	assert_int_equal(form_read("xxxx:xxxx", "10DE:2484", id), 0);
	assert_string_equal(id, "10de:2484");
}

static void what_has_not_the_form_changes_nothing(void **state) {
	static const char *const values[] = {"", "10de", "10de:248", "10de:24844", "10de-2484",
		"10de:248g", "xxxx:xxxx", " 10de:2484", "10de:2484 "};
	char id[] = "as before";

	for (size_t i = 0; i < COUNT(values); i++) {
		assert_int_equal(form_read("xxxx:xxxx", values[i], id), -EINVAL);
		assert_string_equal(id, "as before");
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_the_form_is_read_with_small_letters),
		cmocka_unit_test(what_has_not_the_form_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
