// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/lingering.h"

#include "snapshot.h"

#define DISK "0000:02:00.1" /* sda1 is mounted */

static void a_file_system_that_lives_without_a_mount_keeps_the_disk(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const struct holder *holder;

	snapshot_write(&snapshot, "/sys/fs/ext4/features/lazy_itable_init", "supported\n");
	snapshot_write(&snapshot, "/sys/fs/ext4/sda1/errors_count", "0\n");
	snapshot_write(&snapshot, "/sys/fs/xfs/sda/stats/stats", "");
	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, DISK, HOLDER_FILE_SYSTEM, "sda");
	assert_non_null(holder);
	assert_string_equal(holder->type, "xfs");
	assert_true(holder_keeps(holder));
	assert_null(holder_of(&snapshot, DISK, HOLDER_FILE_SYSTEM, "sda1"));
	snapshot_write(&snapshot, "/proc/1/mountinfo", "29 1 259:1 / / rw - ext4 /dev/x rw\n");
	snapshot_read(&snapshot);
	assert_string_equal(holder_of(&snapshot, DISK, HOLDER_FILE_SYSTEM, "sda1")->type, "ext4");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_system_that_lives_without_a_mount_keeps_the_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
