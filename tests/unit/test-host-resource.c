// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/resource.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A boot VGA: a BAR, one that is not there, and the firmware's copy in place of the ROM. */
static const char text[] = "0x00000000fd000000 0x00000000fdffffff 0x0000000000042208\n"
			   "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
			   "0x00000000000c0000 0x00000000000dffff 0x0000000000000212\n";

static void a_range_is_a_line(void **state) {
	struct resource resource;

	assert_int_equal(resource_parse(text, 0, &resource), 0);
	assert_int_equal(resource.start, 0xfd000000);
	assert_int_equal(resource.end, 0xfdffffff);
	assert_int_equal(resource.flags, 0x42208);
	assert_int_equal(resource_parse(text, 1, &resource), 0);
	assert_int_equal(resource.end, 0);
	assert_int_equal(resource_parse(text, 2, &resource), 0);
	assert_true(resource.flags & RESOURCE_ROM_SHADOW);
}

static void what_is_not_there_is_no_range(void **state) {
	struct resource resource = {.start = 7};

	assert_int_equal(resource_parse(text, 3, &resource), -ENOENT);
	assert_int_equal(resource_parse("", 0, &resource), -ENOENT);
	assert_int_equal(resource_parse("0x1 0x2\n", 0, &resource), -EINVAL);
	assert_int_equal(resource_parse("one two three\n", 0, &resource), -EINVAL);
	assert_int_equal(resource.start, 7);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_a_line),
		cmocka_unit_test(what_is_not_there_is_no_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
