// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/namespace.h"

#include "snapshot.h"

#define DISK "0000:02:00.1" /* sda1 */

/* Process 77 of docker's, in a namespace of its own; 78 and the first one in the machine's. */
static struct snapshot take(void) {
	struct snapshot snapshot = snapshot_take("sata-in-group");

	snapshot_write(
		&snapshot, "/proc/1/mountinfo", "29 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n");
	snapshot_write(&snapshot, "/proc/swaps", "Filename\n");
	snapshot_link(&snapshot, "/proc/1/ns/mnt", "mnt:[4026531841]");
	snapshot_link(&snapshot, "/proc/78/ns/mnt", "mnt:[4026531841]");
	snapshot_write(
		&snapshot, "/proc/78/mountinfo", "29 1 8:1 / /never rw - ext4 /dev/sda1 rw\n");
	snapshot_link(&snapshot, "/proc/77/ns/mnt", "mnt:[4026532000]");
	snapshot_write(&snapshot, "/proc/77/comm", "postgres\n");
	snapshot_write(&snapshot, "/proc/77/cgroup", "0::/system.slice/docker-1.scope\n");
	snapshot_write(&snapshot, "/proc/77/mountinfo",
		"90 80 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n"
		"91 90 8:1 /data / rw - ext4 /dev/sda1 rw\n");
	return snapshot;
}

static void a_mount_that_only_a_process_has_keeps_the_disk(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();
	const struct holder *holder;

	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, DISK, HOLDER_MOUNT, "/");
	assert_non_null(holder);
	assert_int_equal(holder->who.pid, 77);
	assert_string_equal(holder->who.unit, "docker-1.scope");
	assert_string_equal(holder->node, "sda1");
	assert_false(holder->root); /* its root is not the machine's */
	assert_null(holder_of(&snapshot, DISK, HOLDER_MOUNT, "/never"));
}

static void what_the_machine_has_mounted_is_told_as_the_machines(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();
	const struct holder *holder;

	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, "0000:01:00.0", HOLDER_MOUNT, "/");
	assert_int_equal(holder->who.pid, 0);
	assert_true(holder->root);
	assert_int_equal(holders_of(&snapshot, "0000:01:00.0"), 1);
}

static void a_namespace_is_asked_once(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();

	snapshot_link(&snapshot, "/proc/79/ns/mnt", "mnt:[4026532000]");
	snapshot_write(&snapshot, "/proc/79/mountinfo", "91 90 8:0 / /x rw - ext4 /dev/sda rw\n");
	snapshot_read(&snapshot);
	assert_null(holder_of(&snapshot, DISK, HOLDER_MOUNT, "/x"));
}

static void links_that_are_none_are_passed_over(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take();

	snapshot_remove(&snapshot, "/proc/77/ns/mnt");
	snapshot_link(&snapshot, "/proc/77/ns/mnt", "pid:[4026532000]");
	snapshot_read(&snapshot);
	assert_int_equal(holders_of(&snapshot, DISK), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mount_that_only_a_process_has_keeps_the_disk),
		cmocka_unit_test(what_the_machine_has_mounted_is_told_as_the_machines),
		cmocka_unit_test(a_namespace_is_asked_once),
		cmocka_unit_test(links_that_are_none_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
