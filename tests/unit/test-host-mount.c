// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/mount.h"

#include <errno.h>
#include <string.h>

#include "snapshot.h"

static void a_line_of_mountinfo_is_taken_apart(void **state) {
	char line[] =
		"36 35 98:0 /mnt1 /my\\040files\\134 rw master:1 shared:2 - ext3 /dev/r\\011oot "
		"rw,errors=continue";
	struct mount mount;

	assert_int_equal(mount_parse(line, &mount), 0);
	assert_int_equal(mount.number.major, 98);
	assert_true(mount.number.block);
	assert_string_equal(mount.point, "/my files\\");
	assert_string_equal(mount.type, "ext3");
	assert_string_equal(mount.source, "/dev/r\toot");
	assert_string_equal(mount.options, "rw,errors=continue");
}

static void broken_lines_are_refused(void **state) {
	static const char *const lines[] = {"", "36", "36 35", "36 35 98:0", "36 35 98:0 / /m rw",
		"36 35 98 / /m rw - ext3 x rw", "36 35 98:0 / /m rw - ext3", "- - - - - - -", " - ",
		"36 35 98:0 - ext3 x"};

	for (size_t i = 0; i < COUNT(lines); i++) {
		char line[64];
		struct mount mount;

		assert_int_equal(name_set(line, sizeof(line), lines[i]), 0);
		assert_int_equal(mount_parse(line, &mount), -EINVAL);
	}
}

static void a_mounted_disk_holds_its_controller_once_for_each_node(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const struct holder *holder = holder_of(&snapshot, "0000:02:00.1", HOLDER_MOUNT, "/srv");

	assert_non_null(holder);
	assert_string_equal(holder->node, "sda1");
	assert_false(holder->root);
	assert_null(holder_of(&snapshot, "0000:02:00.1", HOLDER_MOUNT, "/srv/my files"));
	assert_true(holder_of(&snapshot, "0000:01:00.0", HOLDER_MOUNT, "/")->root);
	assert_int_equal(holders_of(&snapshot, "0000:05:00.0"), 0);
}

static void swap_holds_too(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	assert_non_null(holder_of(&snapshot, "0000:02:00.1", HOLDER_SWAP, "sda2"));
}

static void root_is_found_below_encryption_and_multipath(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	const struct holder *holder = holder_of(&snapshot, "0000:04:00.0", HOLDER_MOUNT, "/");

	assert_non_null(holder);
	assert_true(holder->root);
	assert_string_equal(holder->node, "dm-0");
	assert_non_null(holder_of(&snapshot, "0000:04:00.0", HOLDER_MOUNT, "/boot/efi"));
}

static void root_says_most_wherever_it_stands_in_the_list(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	assert_int_equal(machine_write(&snapshot.machine, "/proc/1/mountinfo",
				 "50 29 8:1 / /srv rw - ext4 /dev/sda1 rw\n"
				 "29 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
				 "51 29 8:1 / /other rw - ext4 /dev/sda1 rw\n"),
		0);
	snapshot_read(&snapshot);
	assert_true(holder_of(&snapshot, "0000:02:00.1", HOLDER_MOUNT, "/")->root);
	assert_null(holder_of(&snapshot, "0000:02:00.1", HOLDER_MOUNT, "/srv"));
}

static void file_systems_without_a_number_are_found_by_their_source(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	assert_int_equal(machine_write(&snapshot.machine, "/proc/1/mountinfo",
				 "29 1 0:30 /@ / rw - btrfs /dev/mapper/root_crypt rw\n"
				 "30 1 0:31 / /nfs rw - nfs server:/dev/mapper/root_crypt rw\n"),
		0);
	snapshot_read(&snapshot);
	assert_true(holder_of(&snapshot, "0000:04:00.0", HOLDER_MOUNT, "/")->root);
	assert_int_equal(holders_of(&snapshot, "0000:04:00.0"), 1);
}

/* Anybody may write what he likes there, with a user namespace of his own. */
static void what_a_mount_says_of_its_source_is_believed_of_few_types(void **state) {
	static const char *const types[] = {"tmpfs", "overlay", "fuse.btrfs", "nfs4", "9p"};
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	assert_int_equal(machine_remove(&snapshot.machine, "/proc/swaps"), 0);
	for (size_t i = 0; i < COUNT(types); i++) {
		char line[128];

		snprintf(line, sizeof(line), "50 29 0:30 / /srv rw - %s /dev/sda1 rw\n", types[i]);
		assert_int_equal(machine_write(&snapshot.machine, "/proc/1/mountinfo", line), 0);
		snapshot_read(&snapshot);
		assert_int_equal(holders_of(&snapshot, "0000:02:00.1"), 0);
	}
}

static void a_source_is_looked_for_in_dev_alone(void **state) {
	static const char *const sources[] = {"/dev/../srv/disk", "/dev/far", "/dev/net/sda1",
		"/dev/loop", "/dev/snd/controlC0", "/dev", "sda1", "/dev/a/b/out"};
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	assert_int_equal(machine_remove(&snapshot.machine, "/proc/swaps"), 0);
	assert_int_equal(machine_link(&snapshot.machine, "/srv/disk", "../dev/sda1"), 0);
	assert_int_equal(machine_link(&snapshot.machine, "/srv/net/sda1", "/dev/sda1"), 0);
	assert_int_equal(machine_link(&snapshot.machine, "/dev/far", "../srv/disk/sda1"), 0);
	assert_int_equal(machine_link(&snapshot.machine, "/dev/net", "/srv/net"), 0);
	assert_int_equal(machine_link(&snapshot.machine, "/dev/loop", "loop"), 0);
	assert_int_equal(machine_link(&snapshot.machine, "/dev/a/b/out", "../../../sda1"), 0);
	for (size_t i = 0; i < COUNT(sources); i++) {
		char line[128];

		snprintf(line, sizeof(line), "50 29 0:30 / /srv rw - btrfs %s rw\n", sources[i]);
		assert_int_equal(machine_write(&snapshot.machine, "/proc/1/mountinfo", line), 0);
		snapshot_read(&snapshot);
		assert_int_equal(holders_of(&snapshot, "0000:02:00.1"), 0);
	}
}

static void links_in_dev_are_followed_to_the_disk(void **state) {
	static const char *const links[][2] = {{"/dev/disk/by-id/x", "../../sda1"},
		{"/dev/data", "/dev/sda1"}, {"/dev/vg/x", "../sda1"}, {"/dev/one", "data"}};
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	for (size_t i = 0; i < COUNT(links); i++) {
		assert_int_equal(machine_link(&snapshot.machine, links[i][0], links[i][1]), 0);
	}
	for (size_t i = 0; i < COUNT(links); i++) {
		char line[128];

		snprintf(line, sizeof(line), "50 29 0:30 / /x rw - btrfs %s rw\n", links[i][0]);
		assert_int_equal(machine_write(&snapshot.machine, "/proc/1/mountinfo", line), 0);
		snapshot_read(&snapshot);
		assert_non_null(holder_of(&snapshot, "0000:02:00.1", HOLDER_MOUNT, "/x"));
	}
}

static void a_bcachefs_holds_all_that_it_names(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	assert_int_equal(machine_write(&snapshot.machine, "/proc/1/mountinfo",
				 "29 1 259:1 / / rw - bcachefs /dev/nvme0n1p1:/dev/sda2 rw\n"),
		0);
	snapshot_read(&snapshot);
	assert_true(holder_of(&snapshot, "0000:01:00.0", HOLDER_MOUNT, "/")->root);
	assert_string_equal(holder_of(&snapshot, "0000:02:00.1", HOLDER_MOUNT, "/")->node, "sda2");
}

static void a_btrfs_holds_all_its_devices(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	assert_int_equal(machine_write(&snapshot.machine, "/proc/1/mountinfo",
				 "29 1 0:30 / / rw - btrfs /dev/nvme0n1p1 rw\n"),
		0);
	assert_int_equal(
		machine_write(&snapshot.machine, "/sys/fs/btrfs/0-1/devices/nvme0n1p1", ""), 0);
	assert_int_equal(machine_write(&snapshot.machine, "/sys/fs/btrfs/0-1/devices/sda2", ""), 0);
	assert_int_equal(machine_write(&snapshot.machine, "/sys/fs/btrfs/features", ""), 0);
	snapshot_read(&snapshot);
	assert_true(holder_of(&snapshot, "0000:01:00.0", HOLDER_MOUNT, "/")->root);
	assert_string_equal(holder_of(&snapshot, "0000:02:00.1", HOLDER_MOUNT, "/")->node, "sda2");
}

static void a_zfs_pool_holds_its_members(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");
	const struct holder *holder = holder_of(&snapshot, "10000:01:00.0", HOLDER_MOUNT, "rpool");

	assert_non_null(holder);
	assert_true(holder->root);
	assert_string_equal(holder->node, "nvme0n1p3");
	assert_non_null(holder_of(&snapshot, "10000:02:00.0", HOLDER_MOUNT, "rpool"));
	/* and the controller that the whole domain hangs on, but not the bridges in between */
	assert_true(holder_of(&snapshot, "0000:00:0e.0", HOLDER_MOUNT, "rpool")->root);
	assert_int_equal(holders_of(&snapshot, "10000:00:02.0"), 0);
	/* exported: its members are free */
	assert_int_equal(machine_remove(&snapshot.machine, "/proc/spl/kstat/zfs/rpool"), 0);
	snapshot_read(&snapshot);
	assert_int_equal(holders_of(&snapshot, "10000:01:00.0"), 0);
	assert_int_equal(holders_of(&snapshot, "0000:00:0e.0"), 0);
}

static void a_long_mount_point_is_cut_and_still_holds(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	char line[512], point[201] = "/", name[LABEL_SIZE];

	memset(point + 1, 'x', sizeof(point) - 2);
	snprintf(line, sizeof(line), "50 29 8:1 / %s rw - ext4 /dev/sda1 rw\n", point);
	assert_int_equal(machine_write(&snapshot.machine, "/proc/1/mountinfo", line), 0);
	assert_int_equal(machine_remove(&snapshot.machine, "/proc/swaps"), 0);
	snapshot_read(&snapshot);
	label_set(name, point);
	assert_int_equal(strlen(name), LABEL_SIZE - 1);
	assert_int_equal(holders_of(&snapshot, "0000:02:00.1"), 1);
	assert_non_null(holder_of(&snapshot, "0000:02:00.1", HOLDER_MOUNT, name));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_mountinfo_is_taken_apart),
		cmocka_unit_test(broken_lines_are_refused),
		cmocka_unit_test(a_mounted_disk_holds_its_controller_once_for_each_node),
		cmocka_unit_test(swap_holds_too),
		cmocka_unit_test(root_is_found_below_encryption_and_multipath),
		cmocka_unit_test(root_says_most_wherever_it_stands_in_the_list),
		cmocka_unit_test(file_systems_without_a_number_are_found_by_their_source),
		cmocka_unit_test(what_a_mount_says_of_its_source_is_believed_of_few_types),
		cmocka_unit_test(a_source_is_looked_for_in_dev_alone),
		cmocka_unit_test(links_in_dev_are_followed_to_the_disk),
		cmocka_unit_test(a_bcachefs_holds_all_that_it_names),
		cmocka_unit_test(a_btrfs_holds_all_its_devices),
		cmocka_unit_test(a_zfs_pool_holds_its_members),
		cmocka_unit_test(a_long_mount_point_is_cut_and_still_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
