// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/udev.h"

#include <errno.h>

#include "snapshot.h"

static void a_property_is_found_by_its_whole_name(void **state) {
	static const char data[] =
		"S:disk/by-id/x\nI:12\nE:ID_FS_TYPE=ext4\nE:ID_FS_LABEL=\nG:systemd";
	char value[16];

	assert_int_equal(udev_property(data, "ID_FS_TYPE", value, sizeof(value)), 0);
	assert_string_equal(value, "ext4");
	assert_int_equal(udev_property(data, "ID_FS_LABEL", value, sizeof(value)), 0);
	assert_string_equal(value, "");
	assert_int_equal(udev_property(data, "ID_FS", value, sizeof(value)), -ENOENT);
	assert_int_equal(udev_property("E:A", "A", value, sizeof(value)), -ENOENT);
	assert_int_equal(udev_property("", "ID_FS", value, sizeof(value)), -ENOENT);
	assert_int_equal(udev_property(data, "ID_FS_TYPE", value, 4), -ENAMETOOLONG);
}

static void a_device_is_found_by_its_numbers(void **state) {
	AUTO_MACHINE struct machine machine;
	AUTO_FREE char *data = NULL;

	assert_int_equal(machine_load("proxmox-server", &machine), 0);
	assert_int_equal(udev_read(machine.root, 'b', 259, 4, &data), -ENOENT);
	assert_int_equal(udev_read(machine.root, 'c', 259, 3, &data), -ENOENT);
	assert_int_equal(udev_read(machine.root, 'b', 259, 3, &data), 0);
	assert_non_null(strstr(data, "zfs_member"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_property_is_found_by_its_whole_name),
		cmocka_unit_test(a_device_is_found_by_its_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
