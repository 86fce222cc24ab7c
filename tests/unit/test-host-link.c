// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/link.h"

#include <errno.h>
#include <string.h>

#include "snapshot.h"

static void the_nearest_function_is_the_one(void **state) {
	static const char *const links[][2] = {
		{"../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0", "0000:01:00.0"},
		{"../../devices/pci0000:00/0000:00:0e.0/pci10000:00/10000:00:02.0/10000:01:00.0/"
		 "nvme/nvme0/nvme0n1",
			"10000:01:00.0"},
		{"../../devices/pci0000:00/0000:00:02.0/virtio0/drm/card0", "0000:00:02.0"},
		{"0000:00:02.0", "0000:00:02.0"},
	};

	for (size_t i = 0; i < COUNT(links); i++) {
		struct address address;

		assert_int_equal(link_device(links[i][0], &address), 0);
		assert_int_equal(address_compare(address, address_of(links[i][1])), 0);
	}
}

static void what_only_looks_like_an_address_is_none(void **state) {
	static const char *const links[] = {"", "/", "../../devices/virtual/block/dm-0",
		"../../devices/pci0000:00/drm", "01:00.0", "pci:0000:01:00.0", "0000:01:00.0x",
		"../../devices/platform/0000:01:20.0/tty"};

	for (size_t i = 0; i < COUNT(links); i++) {
		struct address address;

		assert_int_equal(link_device(links[i], &address), -ENOENT);
		assert_ptr_equal(link_below_device(links[i]), links[i]);
	}
}

static void the_way_is_cut_at_components(void **state) {
	static const char link[] = "../../devices/pci0000:00/0000:00:14.0/usb1/1-2/input/input5";

	assert_string_equal(link_below_device(link), "/usb1/1-2/input/input5");
	assert_string_equal(link_after(link, "input"), "input5");
	assert_string_equal(link_after(link, "input5"), "");
	assert_null(link_after(link, "inp"));
	assert_null(link_after("", "input"));
	assert_string_equal(link_name(link), "input5");
	assert_string_equal(link_name("alone"), "alone");
}

static void a_link_that_does_not_fit_is_not_cut(void **state) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	char link[8] = "old";

	assert_int_equal(machine_make("", 0, &machine), 0);
	assert_int_equal(machine_link(&machine, "seven", "1234567"), 0);
	assert_int_equal(machine_link(&machine, "eight", "12345678"), 0);
	assert_int_equal(link_read(machine.root, "seven", link, sizeof(link)), 0);
	assert_string_equal(link, "1234567");
	assert_int_equal(link_read(machine.root, "eight", link, sizeof(link)), -ENAMETOOLONG);
	assert_int_equal(link_read(machine.root, "none", link, sizeof(link)), -ENOENT);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_function_is_the_one),
		cmocka_unit_test(what_only_looks_like_an_address_is_none),
		cmocka_unit_test(the_way_is_cut_at_components),
		cmocka_unit_test(a_link_that_does_not_fit_is_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
