// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/kernel.h"

#include "snapshot.h"

static void the_text_console_is_on_the_first_framebuffer(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const char *const card = "0000:06:00.0";
	const struct holder *holder;

	snapshot_write(&snapshot, "/sys/class/vtconsole/vtcon1/name", "(M) frame buffer device\n");
	snapshot_write(&snapshot, "/sys/class/vtconsole/vtcon1/bind", "1\n");
	snapshot_link(&snapshot, "/sys/class/graphics/fb1",
		"../../devices/pci0000:00/0000:00:03.1/0000:06:00.0/graphics/fb1");
	snapshot_link(&snapshot, "/sys/class/graphics/fb10",
		"../../devices/pci0000:00/0000:00:01.1/0000:01:00.0/graphics/fb10");
	snapshot_link(
		&snapshot, "/sys/class/graphics/fbcon", "../../devices/virtual/graphics/fbcon");
	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, card, HOLDER_CONSOLE, CONSOLE_FRAME_BUFFER);
	assert_non_null(holder);
	assert_string_equal(holder->node, "fb1");
	assert_false(holder_keeps(holder));
	snapshot_write(&snapshot, "/sys/class/vtconsole/vtcon1/bind", "0\n");
	snapshot_read(&snapshot);
	assert_null(holder_of(&snapshot, card, HOLDER_CONSOLE, CONSOLE_FRAME_BUFFER));
}

static void what_depends_on_a_device_from_another_slot_is_told(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const char *const card = "0000:05:00.0";
	const struct holder *holder;

	snapshot_write(&snapshot,
		"/sys/bus/pci/devices/0000:05:00.0/consumer:pci:0000:02:00.0/status", "active\n");
	snapshot_write(&snapshot,
		"/sys/bus/pci/devices/0000:05:00.0/consumer:pci:0000:05:00.1/status", "active\n");
	snapshot_write(&snapshot,
		"/sys/bus/pci/devices/0000:05:00.0/consumer:pci:0000:07:00.0/status", "dormant\n");
	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, card, HOLDER_CONSUMER, "0000:02:00.0");
	assert_non_null(holder);
	assert_string_equal(holder->type, "xhci_hcd");
	assert_false(holder_keeps(holder));
	assert_null(holder_of(&snapshot, card, HOLDER_CONSUMER, "0000:05:00.1"));
	assert_null(holder_of(&snapshot, card, HOLDER_CONSUMER, "0000:07:00.0"));
}

static void uses_of_a_driver_are_told_where_nobody_is_known_to_use_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const char *const sound = "0000:05:00.1";

	assert_non_null(holder_of(&snapshot, sound, HOLDER_MODULE, "snd_hda_intel"));
	assert_false(holder_keeps(holder_of(&snapshot, sound, HOLDER_MODULE, "snd_hda_intel")));
	/* the mounts on its disk, and nothing else, use it */
	assert_null(holder_of(&snapshot, "0000:02:00.1", HOLDER_MODULE, "ahci"));
	snapshot_write(&snapshot, "/proc/modules",
		"snd_hda_intel 16384 1 snd_hda_other, Live 0x0\nxhci_pci 16384 0 - Live 0x0\n");
	snapshot_read(&snapshot);
	assert_null(holder_of(&snapshot, sound, HOLDER_MODULE, "snd_hda_intel"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_console_is_on_the_first_framebuffer),
		cmocka_unit_test(what_depends_on_a_device_from_another_slot_is_told),
		cmocka_unit_test(uses_of_a_driver_are_told_where_nobody_is_known_to_use_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
