// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sha1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"

/* FIPS 180-4's own examples, and what sha1sum(1) says of lengths around a block's. */
static void digests_are_those_of_the_standard(void **state) {
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		{"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
	};
	static const struct {
		size_t length;
		const char *digest;
	} lengths[] = {
		{55, "8fffd3df3d041baf53b27f42ec802cfb362710bd"},
		{56, "2a04b5125ba4030ef13232ecf1b72849f6ec9e97"},
		{63, "70bc07198e6bcb86643b20d7fe3a75d6d19b8439"},
		{64, "0114498021cb8c4f1519f96bdf58dd806f3adb63"},
		{65, "99991a46f79e031e016f6b02b28cf8f62167dfca"},
		{119, "deecef95667a268528b9eb517734898fecf8c81b"},
		{120, "f7f7d687d0c005ad24b07e7a80649f2d43aaef0a"},
		{200, "bb3acb01c625ae807aada59eaf073821e33ca58b"},
	};
	char zeros[200], digest[SHA1_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++) {
		sha1_format(rows[i].text, strlen(rows[i].text), digest);
		assert_string_equal(digest, rows[i].digest);
	}
	memset(zeros, '0', sizeof(zeros));
	for (size_t i = 0; i < COUNT(lengths); i++) {
		sha1_format(zeros, lengths[i].length, digest);
		assert_string_equal(digest, lengths[i].digest);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
