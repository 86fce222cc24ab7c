// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/volume.h"

#include <errno.h>

#include "snapshot.h"

#define DISK "0000:02:00.1" /* sda, sda1 mounted, sda2 swap */

/* A virtual disk on sda1, as the kernel shows one. */
static void stack(
	const struct snapshot *snapshot, const char *name, const char *lower, const char *number) {
	char path[256], target[256];

	snprintf(path, sizeof(path), "/sys/devices/virtual/block/%s/slaves/%s", name, lower);
	snapshot_write(snapshot, path, "");
	snprintf(target, sizeof(target), "../../devices/virtual/block/%s", name);
	snprintf(path, sizeof(path), "/sys/dev/block/%s", number);
	snapshot_link(snapshot, path, target);
	snprintf(path, sizeof(path), "/sys/class/block/%s", name);
	snapshot_link(snapshot, path, target);
}

static void set(const struct snapshot *snapshot, const char *name, const char *attribute,
	const char *value) {
	char path[256];

	snprintf(path, sizeof(path), "/sys/devices/virtual/block/%s/%s", name, attribute);
	snapshot_write(snapshot, path, value);
}

static struct snapshot take(void) {
	struct snapshot snapshot = snapshot_take("sata-in-group");

	snapshot_write(&snapshot, "/proc/1/mountinfo", "29 1 259:1 / / rw - ext4 /dev/x rw\n");
	snapshot_write(&snapshot, "/proc/swaps", "Filename\n");
	return snapshot;
}

static void an_active_volume_keeps_its_disk_although_it_is_not_mounted(void **state) {
	static const char *const rows[][4] = {
		{"LVM-abc", "vg-root", "LVM", "253:0"},
		{"CRYPT-LUKS2-abc-home", "home", "crypt", "253:0"},
		{"mpath-36001", "mpatha", "multipath", "253:0"},
		{"", "by-hand", "mapping", "253:0"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = take();
		const struct holder *holder;

		stack(&snapshot, "dm-0", "sda1", rows[i][3]);
		set(&snapshot, "dm-0", "dm/name", rows[i][1]);
		set(&snapshot, "dm-0", "dm/uuid", rows[i][0]);
		snapshot_read(&snapshot);
		holder = holder_of(&snapshot, DISK, HOLDER_VOLUME, rows[i][1]);
		assert_non_null(holder);
		assert_string_equal(holder->type, rows[i][2]);
		assert_string_equal(holder->node, "dm-0");
		assert_true(holder_keeps(holder));
	}
}

static void an_array_keeps_its_disks_unless_it_is_mounted(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();

	stack(&snapshot, "md0", "sda1", "9:0");
	set(&snapshot, "md0", "md/array_state", "clean\n");
	snapshot_read(&snapshot);
	assert_string_equal(holder_of(&snapshot, DISK, HOLDER_VOLUME, "md0")->type, "RAID");
	snapshot_write(&snapshot, "/proc/1/mountinfo", "29 1 9:0 / /srv rw - ext4 /dev/md0 rw\n");
	snapshot_read(&snapshot);
	assert_null(holder_of(&snapshot, DISK, HOLDER_VOLUME, "md0"));
	assert_string_equal(holder_of(&snapshot, DISK, HOLDER_MOUNT, "/srv")->node, "md0");
}

static void of_a_stack_only_the_top_is_told(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();

	stack(&snapshot, "dm-0", "sda1", "253:0");
	set(&snapshot, "dm-0", "dm/name", "crypt");
	set(&snapshot, "dm-0", "holders/dm-1", "");
	stack(&snapshot, "dm-1", "dm-0", "253:1");
	set(&snapshot, "dm-1", "dm/name", "vg-home");
	set(&snapshot, "dm-1", "dm/uuid", "LVM-abc");
	snapshot_read(&snapshot);
	assert_non_null(holder_of(&snapshot, DISK, HOLDER_VOLUME, "vg-home"));
	assert_null(holder_of(&snapshot, DISK, HOLDER_VOLUME, "crypt"));
}

static void a_loop_over_a_disk_keeps_it_and_one_over_a_file_does_not(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();

	snapshot_write(
		&snapshot, "/sys/devices/virtual/block/loop0/loop/backing_file", "/dev/sda1\n");
	snapshot_link(&snapshot, "/sys/dev/block/7:0", "../../devices/virtual/block/loop0");
	snapshot_link(&snapshot, "/sys/class/block/loop0", "../../devices/virtual/block/loop0");
	snapshot_read(&snapshot);
	assert_string_equal(holder_of(&snapshot, DISK, HOLDER_VOLUME, "loop0")->type, "loop");
	snapshot_write(
		&snapshot, "/sys/devices/virtual/block/loop0/loop/backing_file", "/srv/sda1\n");
	snapshot_read(&snapshot);
	assert_int_equal(holders_of(&snapshot, DISK), 0);
}

static void a_volume_groups_name_may_have_dashes(void **state) {
	char group[LABEL_SIZE];

	assert_int_equal(volume_group("vg-root", group, sizeof(group)), 0);
	assert_string_equal(group, "vg");
	assert_int_equal(volume_group("vg--data-home--old", group, sizeof(group)), 0);
	assert_string_equal(group, "vg-data");
	assert_int_equal(volume_group("vg----x-a-b", group, sizeof(group)), 0);
	assert_string_equal(group, "vg--x");
	assert_int_equal(volume_group("alone", group, sizeof(group)), -EINVAL);
	assert_int_equal(volume_group("a--b", group, sizeof(group)), -EINVAL);
	assert_int_equal(volume_group("-x", group, sizeof(group)), -EINVAL);
	assert_int_equal(volume_group("", group, sizeof(group)), -EINVAL);
	assert_int_equal(volume_group("long-root", group, 4), -EINVAL);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_active_volume_keeps_its_disk_although_it_is_not_mounted),
		cmocka_unit_test(an_array_keeps_its_disks_unless_it_is_mounted),
		cmocka_unit_test(of_a_stack_only_the_top_is_told),
		cmocka_unit_test(a_loop_over_a_disk_keeps_it_and_one_over_a_file_does_not),
		cmocka_unit_test(a_volume_groups_name_may_have_dashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
