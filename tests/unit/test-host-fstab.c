// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/disk/fstab.h"

#include <errno.h>

#include "snapshot.h"

#define DISK "0000:02:00.1" /* sda, sda1, sda2 */

static void devices_have_many_names(void **state) {
	static const char *const rows[][2] = {
		{"UUID=0a-1b", "/dev/disk/by-uuid/0a-1b"},
		{"UUID=\"0a-1b\"", "/dev/disk/by-uuid/0a-1b"},
		{"LABEL=my\\040disk/1", "/dev/disk/by-label/my\\x20disk\\x2f1"},
		{"PARTUUID=7", "/dev/disk/by-partuuid/7"},
		{"PARTLABEL=data", "/dev/disk/by-partlabel/data"},
		{"/dev/mapper/vg-root", "/dev/mapper/vg-root"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char word[64], path[128];

		strcpy(word, rows[i][0]);
		assert_int_equal(fstab_device(word, path, sizeof(path)), 0);
		assert_string_equal(path, rows[i][1]);
	}
}

static void what_is_no_device_is_none(void **state) {
	static const char *const words[] = {"", "tmpfs", "proc", "server:/srv", "//server/share",
		"UUID", "/srv/image", "overlay"};
	char path[128];

	for (size_t i = 0; i < COUNT(words); i++) {
		char word[64];

		strcpy(word, words[i]);
		assert_int_equal(fstab_device(word, path, sizeof(path)), -EINVAL);
	}
}

static void a_name_that_is_too_long_is_refused(void **state) {
	char word[] = "LABEL=\\040\\040\\040\\040", path[32];

	assert_int_equal(fstab_device(word, path, sizeof(path)), -ENAMETOOLONG);
}

static void what_is_expected_and_not_there_is_only_worth_knowing(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const struct holder *holder;

	snapshot_write(&snapshot, "/etc/fstab",
		"# <file system> <mount point> <type> <options> <dump> <pass>\n"
		"UUID=1-2\t/backup\\040disk ext4\tdefaults,nofail 0 2\n"
		"/dev/sda1 /srv ext4 defaults 0 2\n"
		"/dev/sda2 none swap sw 0 0\n");
	snapshot_link(&snapshot, "/dev/disk/by-uuid/1-2", "../../sda");
	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, DISK, HOLDER_FSTAB, "/backup disk");
	assert_non_null(holder);
	assert_string_equal(holder->node, "sda");
	assert_false(holder_keeps(holder));
	/* these are there, and are told of as what they are */
	assert_null(holder_of(&snapshot, DISK, HOLDER_FSTAB, "/srv"));
	assert_null(holder_of(&snapshot, DISK, HOLDER_FSTAB, "swap"));
}

static void noauto_is_for_people(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	snapshot_write(&snapshot, "/etc/fstab",
		"/dev/sda /a ext4 user,noauto 0 0\n/dev/sda\n/dev/sda /b\n\n");
	snapshot_read(&snapshot);
	assert_null(holder_of(&snapshot, DISK, HOLDER_FSTAB, "/a"));
	assert_null(holder_of(&snapshot, DISK, HOLDER_FSTAB, "/b"));
	snapshot_write(&snapshot, "/etc/fstab", "/dev/sda /a ext4 user,noautox\n");
	snapshot_read(&snapshot);
	assert_non_null(holder_of(&snapshot, DISK, HOLDER_FSTAB, "/a"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_have_many_names),
		cmocka_unit_test(what_is_no_device_is_none),
		cmocka_unit_test(a_name_that_is_too_long_is_refused),
		cmocka_unit_test(what_is_expected_and_not_there_is_only_worth_knowing),
		cmocka_unit_test(noauto_is_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
