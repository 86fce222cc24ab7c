// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot.h"

#include <errno.h>

#define GPU "0000:03:00.0"

/* Empty: it is usable. */
static void judge(struct snapshot *snapshot, bool shown, const char *expected) {
	struct error error = {0};
	int r;

	snapshot_read(snapshot);
	r = host_check_usable(&snapshot->host, device_of(snapshot, GPU), shown, &error);
	assert_int_equal(r, expected[0] ? -ENODEV : 0);
	assert_non_null(strstr(error.text, expected));
}

static void put(struct snapshot *snapshot, const char *path, const char *data) {
	assert_int_equal(machine_write(&snapshot->machine, path, data), 0);
}

static struct snapshot take(void) {
	struct snapshot snapshot = snapshot_take("amd-desktop");

	put(&snapshot, "/sys/class/drm/card0/dev", "226:0\n");
	put(&snapshot, "/sys/class/drm/renderD128/dev", "226:128\n");
	return snapshot;
}

static void without_udev_nothing_is_asked_of_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();

	(void)!machine_remove(&snapshot.machine, "/run/udev");
	judge(&snapshot, false, "");
}

static void a_card_is_usable_when_udev_is_done_with_all_its_nodes(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();

	put(&snapshot, "/run/udev/data/c1:1", "I:1\n");
	judge(&snapshot, false, "udev has not finished with /dev/dri/card0");
	put(&snapshot, "/run/udev/data/c226:0", "I:5000\nG:seat\nG:master-of-seat\n");
	judge(&snapshot, false, "udev has not finished");
	put(&snapshot, "/run/udev/data/c226:128", "I:5000\n");
	judge(&snapshot, false, "");
}

static void where_logind_runs_a_card_is_on_a_seat(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();

	put(&snapshot, "/run/udev/data/c226:0", "I:5000\n");
	put(&snapshot, "/run/udev/data/c226:128", "I:5000\n");
	(void)!machine_remove(&snapshot.machine, "/run/systemd/seats");
	judge(&snapshot, false, "");
	put(&snapshot, "/run/systemd/seats/seat0", "IS_SEAT0=1\n");
	judge(&snapshot, false, "/dev/dri/card0 is on no seat");
	put(&snapshot, "/run/udev/data/c226:0", "I:5000\nE:ID_SEAT=seat1\n");
	judge(&snapshot, false, "");
}

static void a_device_has_power_or_its_driver_lets_it_sleep(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();
	char path[LABEL_SIZE];

	(void)!machine_remove(&snapshot.machine, "/run/udev");
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/power_state", GPU);
	put(&snapshot, path, "D3hot\n");
	judge(&snapshot, false, "power state D3hot");
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/power/runtime_status", GPU);
	put(&snapshot, path, "suspended\n");
	judge(&snapshot, false, "");
	put(&snapshot, path, "resuming\n");
	judge(&snapshot, false, "");
	put(&snapshot, path, "error\n");
	judge(&snapshot, false, "power state D3hot");
	/* By its driver it is awake, and it is not. */
	put(&snapshot, path, "active\n");
	judge(&snapshot, false, "power state D3hot");
}

static void a_screen_that_showed_something_shows_something(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();

	(void)!machine_remove(&snapshot.machine, "/run/udev");
	judge(&snapshot, true, "");
	snapshot.host.holder_count = 0;
	for (size_t i = 0; i < snapshot.host.console_count; i++) {
		snapshot.host.consoles[i].bound = false;
	}
	assert_int_equal(host_check_usable(&snapshot.host, device_of(&snapshot, GPU), true,
				 &(struct error){{0}}),
		-ENODEV);
	assert_int_equal(host_check_usable(&snapshot.host, device_of(&snapshot, GPU), false,
				 &(struct error){{0}}),
		0);
}

/* Of a machine with two cards: the console that is left is the other one's. */
static void a_console_counts_if_the_card_has_a_frame_buffer(void **state) {
	static const char fb[] = "../../devices/pci0000:00/0000:00:01.0/%s/graphics/fb0";
	AUTO_SNAPSHOT struct snapshot snapshot = take();
	char link[LABEL_SIZE];

	(void)!machine_remove(&snapshot.machine, "/run/udev");
	snprintf(link, sizeof(link), fb, "0000:09:00.0");
	assert_int_equal(machine_link(&snapshot.machine, "/sys/class/graphics/fb0", link), 0);
	snapshot_read(&snapshot);
	snapshot.host.holder_count = 0;
	assert_int_equal(host_check_usable(&snapshot.host, device_of(&snapshot, GPU), true,
				 &(struct error){{0}}),
		-ENODEV);
	assert_int_equal(machine_remove(&snapshot.machine, "/sys/class/graphics/fb0"), 0);
	snprintf(link, sizeof(link), fb, GPU);
	assert_int_equal(machine_link(&snapshot.machine, "/sys/class/graphics/fb0", link), 0);
	snapshot_read(&snapshot);
	snapshot.host.holder_count = 0;
	assert_int_equal(host_check_usable(&snapshot.host, device_of(&snapshot, GPU), true,
				 &(struct error){{0}}),
		0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_udev_nothing_is_asked_of_it),
		cmocka_unit_test(a_card_is_usable_when_udev_is_done_with_all_its_nodes),
		cmocka_unit_test(where_logind_runs_a_card_is_on_a_seat),
		cmocka_unit_test(a_device_has_power_or_its_driver_lets_it_sleep),
		cmocka_unit_test(a_screen_that_showed_something_shows_something),
		cmocka_unit_test(a_console_counts_if_the_card_has_a_frame_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
