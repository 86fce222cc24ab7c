// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "snapshot.h"

static void framebuffers_are_found_whatever_they_are_called(void **state) {
	static const char *const names[] = {"coreboot-framebuffer.0", "efi-framebuffer.0",
		"simple-framebuffer.0", "vesa-framebuffer.0"};
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("bridge-in-group");

	for (size_t i = 0; i < COUNT(names); i++) {
		char path[128];

		snprintf(path, sizeof(path), "/sys/bus/platform/devices/%s", names[i]);
		assert_int_equal(machine_link(&snapshot.machine, path, "../../../devices"), 0);
	}
	assert_int_equal(
		machine_link(&snapshot.machine, "/sys/bus/platform/devices/pcspkr", "."), 0);
	snapshot_read(&snapshot);
	assert_int_equal(snapshot.host.framebuffer_count, COUNT(names));
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_string_equal(snapshot.host.framebuffers[i].name, names[i]);
	}
}

static void a_framebuffer_has_a_driver_or_none(void **state) {
	AUTO_SNAPSHOT struct snapshot driven = snapshot_take("nvidia-single");
	AUTO_SNAPSHOT struct snapshot bare = snapshot_take("bridge-in-group");

	assert_int_equal(driven.host.framebuffer_count, 1);
	assert_string_equal(driven.host.framebuffers[0].driver, "efi-framebuffer");
	assert_int_equal(bare.host.framebuffer_count, 1);
	assert_string_equal(bare.host.framebuffers[0].driver, "");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(framebuffers_are_found_whatever_they_are_called),
		cmocka_unit_test(a_framebuffer_has_a_driver_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
