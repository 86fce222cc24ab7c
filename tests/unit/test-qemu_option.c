// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/qemu/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void an_option_takes_a_value_as_in_qemu(void **state) {
	static const char *const with[] = {"D", "M", "append", "device", "m", "name", "run-with",
		"set", "shim", "soundhw", "xen-domid"};
	static const char *const without[] = {"", "-", "S", "daemonize", "enable-kvm", "h",
		"nodefaults", "no-user-config", "s", "snapshot", "version", "no-such-option",
		"device=a", "Device", "devices"};

	for (size_t i = 0; i < COUNT(with); i++) {
		assert_true(qemu_option_takes_value(with[i]));
	}
	for (size_t i = 0; i < COUNT(without); i++) {
		assert_false(qemu_option_takes_value(without[i]));
	}
}

/* Each part of a value in brackets. */
static void parts_are_keys_and_values(void **state) {
	static const struct {
		const char *text;
		const char *implied;
		const char *parts;
	} rows[] = {
		{"", "k", ""},
		{"a", "k", "[k|a]"},
		{"a", NULL, "[a|on]"},
		{"a,b", "k", "[k|a][b|on]"},
		{"a=1,b=2", "k", "[a|1][b|2]"},
		{"a,b=2,c", "k", "[k|a][b|2][c|on]"},
		{"a=", "k", "[a|]"},
		{"a=,b=", "k", "[a|][b|]"},
		{"=", "k", "[|]"},
		{",", "k", "[k|]"},
		{",a=1", "k", "[k|][a|1]"},
		{"a=1,", "k", "[a|1]"},
		{"a=1=2", "k", "[a|1=2]"},
		{"a,,b", "k", "[k|a,b]"},
		{"a=b,,c,,,d", "k", "[a|b,c,][d|on]"},
		{"a=,,,,", "k", "[a|,,]"},
		{"a,,b", NULL, "[a|on][|on][b|on]"},
		{"a b=c d", "k", "[a b|c d]"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text key = {0}, value = {0}, parts = {0};
		const char *implied = rows[i].implied;

		assert_int_equal(text_add(&parts, "%s", ""), 0);
		for (const char *rest = rows[i].text; *rest; implied = NULL) {
			assert_int_equal(qemu_option_take(&rest, implied, &key, &value), 0);
			assert_int_equal(text_add(&parts, "[%s|%s]", key.data, value.data), 0);
		}
		assert_string_equal(parts.data, rows[i].parts);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_takes_a_value_as_in_qemu),
		cmocka_unit_test(parts_are_keys_and_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
