// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/export.h"

#include "snapshot.h"

#define DISK   "0000:02:00.1" /* sda */
#define NVMET  "/sys/kernel/config/nvmet/subsystems/nqn.2026-01.test:one/namespaces/1"
#define TARGET "/sys/kernel/config/target/core/iblock_0/disk7"

static void a_disk_that_the_kernel_serves_is_kept(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const struct holder *holder;

	snapshot_write(&snapshot, NVMET "/device_path", "/dev/sda\n");
	snapshot_write(&snapshot, NVMET "/enable", "1\n");
	snapshot_write(&snapshot, TARGET "/udev_path", "/dev/sda\n");
	snapshot_write(&snapshot, TARGET "/enable", "1\n");
	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, DISK, HOLDER_EXPORT, "nqn.2026-01.test:one");
	assert_non_null(holder);
	assert_string_equal(holder->type, "nvmet");
	assert_string_equal(holder->node, "sda");
	assert_true(holder_keeps(holder));
	assert_string_equal(holder_of(&snapshot, DISK, HOLDER_EXPORT, "disk7")->type, "target");
}

static void one_that_is_only_prepared_is_not(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	snapshot_write(&snapshot, NVMET "/device_path", "/dev/sda\n");
	snapshot_write(&snapshot, NVMET "/enable", "0\n");
	snapshot_write(&snapshot, TARGET "/udev_path", "/srv/image\n");
	snapshot_write(&snapshot, TARGET "/enable", "1\n");
	snapshot_read(&snapshot);
	assert_null(holder_of(&snapshot, DISK, HOLDER_EXPORT, "nqn.2026-01.test:one"));
	assert_null(holder_of(&snapshot, DISK, HOLDER_EXPORT, "disk7"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_that_the_kernel_serves_is_kept),
		cmocka_unit_test(one_that_is_only_prepared_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
