// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/bars.h"

#include <errno.h>

#include "snapshot.h"

static void only_sizes_that_can_be_changed_are_read(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	assert_string_equal(device_of(&snapshot, "0000:03:00.0")->bar_sizes, "0=16G,2=256M");
	assert_string_equal(device_of(&snapshot, "0000:03:00.1")->bar_sizes, "");
}

static void a_name_says_which_bar_can_be_changed(void **state) {
	static const char *const others[] = {"resource", "resource0", "resource0_wc",
		"resource6_resize", "resource_resize", "resource0_resizes", "0_resize", ""};

	assert_int_equal(bars_look("resource0_resize"), 1 << 0);
	assert_int_equal(bars_look("resource5_resize"), 1 << 5);
	for (size_t i = 0; i < COUNT(others); i++) {
		assert_int_equal(bars_look(others[i]), 0);
	}
}

static void the_text_is_read_as_it_is_written(void **state) {
	const char *text = "0=16G,2=256M";
	unsigned int bar;
	uint64_t size;

	assert_true(bars_take(&text, &bar, &size));
	assert_int_equal(bar, 0);
	assert_int_equal(size, 16ULL << 30);
	assert_true(bars_take(&text, &bar, &size));
	assert_int_equal(bar, 2);
	assert_int_equal(size, 256ULL << 20);
	assert_false(bars_take(&text, &bar, &size));
	assert_string_equal(text, "");
}

static void what_no_bar_can_be_is_not_taken(void **state) {
	static const char *const wrong[] = {"", "0", "0=", "0=M", "0=3M", "0=0M", "6=1M", "0=1K",
		"0=1", "0=1M,", "0=1M2=1M", "0=-1M", "0=99999999999999999999G", " 0=1M"};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *text = wrong[i];
		unsigned int bar;
		uint64_t size;

		assert_false(bars_take(&text, &bar, &size));
		assert_ptr_equal(text, wrong[i]);
	}
}

static void wanted_sizes_replace_those_that_are_there(void **state) {
	char merged[BARS_SIZE] = "x";

	assert_int_equal(bars_merge("0=16G,2=256M", "2=8M", merged), 0);
	assert_string_equal(merged, "0=16G,2=8M");
	assert_int_equal(bars_merge("0=16G,2=256M", "", merged), 0);
	assert_string_equal(merged, "0=16G,2=256M");
	assert_int_equal(bars_merge("0=16G", "2=8M", merged), -EINVAL);
	assert_string_equal(merged, "0=16G,2=256M");
}

static void files_that_say_nothing_leave_no_size(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	static const char resource[] = "/sys/bus/pci/devices/0000:03:00.0/resource";
	static const char *const texts[] = {"", "x", "0x1000 0x0fff 0\n", "\n\n\n", "0x0 0xfff 0\n",
		"0x0 0xffffffffffffffffffffffff 0\n"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(machine_write(&snapshot.machine, resource, texts[i]), 0);
		snapshot_read(&snapshot);
		assert_string_equal(device_of(&snapshot, "0000:03:00.0")->bar_sizes, "");
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_sizes_that_can_be_changed_are_read),
		cmocka_unit_test(a_name_says_which_bar_can_be_changed),
		cmocka_unit_test(the_text_is_read_as_it_is_written),
		cmocka_unit_test(what_no_bar_can_be_is_not_taken),
		cmocka_unit_test(wanted_sizes_replace_those_that_are_there),
		cmocka_unit_test(files_that_say_nothing_leave_no_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
