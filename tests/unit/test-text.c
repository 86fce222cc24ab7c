// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/address.h"
#include "base/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_token_survives_its_encoding(void **state) {
	static const char *const values[] = {"", "-", "%", "a b", "frame buffer device",
		"tab\tnewline\n", "\xc3\xa9", "a'\"\\`"};

	for (size_t i = 0; i < COUNT(values); i++) {
		char token[64], value[64];

		assert_int_equal(token_encode(values[i], token, sizeof(token)), 0);
		assert_null(strchr(token, ' '));
		assert_int_equal(token_decode(token, strlen(token), value, sizeof(value)), 0);
		assert_string_equal(value, values[i]);
	}
}

static void a_second_encoding_of_a_token_is_refused(void **state) {
	static const char *const tokens[] = {"", "%41", "%0A", "%2", "%00", "a b", "%%", "a%"};
	char value[64];

	for (size_t i = 0; i < COUNT(tokens); i++) {
		assert_int_equal(
			token_decode(tokens[i], strlen(tokens[i]), value, sizeof(value)), -EINVAL);
	}
}

static void names_are_never_cut(void **state) {
	char name[4] = "old";

	assert_int_equal(name_set(name, sizeof(name), "four"), -ENAMETOOLONG);
	assert_string_equal(name, "old");
	assert_int_equal(name_set(name, sizeof(name), "new"), 0);
	assert_string_equal(name, "new");
	assert_int_equal(token_encode("    ", name, sizeof(name)), -ENAMETOOLONG);
}

static void addresses_keep_their_domain(void **state) {
	static const char *const same[][2] = {
		{"0000:01:00.0", "0000:01:00.0"},
		{"01:00.7", "0000:01:00.7"},
		{"10000:E1:1F.2", "10000:e1:1f.2"},
		{"0001:02:03.4", "0001:02:03.4"},
	};
	char text[ADDRESS_SIZE];
	struct address address;

	for (size_t i = 0; i < COUNT(same); i++) {
		assert_int_equal(address_parse(same[i][0], &address), 0);
		assert_string_equal(address_format(address, text), same[i][1]);
	}
}

static void what_is_no_address_is_refused(void **state) {
	static const char *const wrong[] = {"", "01:00", "01:00.8", "01:20.0", "1:00.0",
		"001:01:00.0", "0000:01:00.0 ", " 01:00.0", "0000:01:00.00", "123456789:01:00.0",
		"../01:00.0"};
	struct address address;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(address_parse(wrong[i], &address), -EINVAL);
	}
}

static void numbers_do_not_wrap(void **state) {
	unsigned long long value = 7;

	assert_int_equal(number_parse("65535", 65535, &value), 0);
	assert_int_equal(value, 65535);
	assert_int_equal(number_parse("65536", 65535, &value), -ERANGE);
	assert_int_equal(number_parse("99999999999999999999999", UINT64_MAX, &value), -ERANGE);
	assert_int_equal(number_parse("-1", 65535, &value), -EINVAL);
	assert_int_equal(number_parse("", 65535, &value), -EINVAL);
	assert_int_equal(number_parse("1 ", 65535, &value), -EINVAL);
	assert_int_equal(value, 65535);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_token_survives_its_encoding),
		cmocka_unit_test(a_second_encoding_of_a_token_is_refused),
		cmocka_unit_test(names_are_never_cut),
		cmocka_unit_test(addresses_keep_their_domain),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(numbers_do_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
