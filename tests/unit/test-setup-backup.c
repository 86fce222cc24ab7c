// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/backup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "linux-tree.h"

static struct tree tree;

static int set_up(void **state) {
	tree_make(&tree);
	tree_directory(&tree, "var/lib");
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

static void keep(const char *data, char ret[BACKUP_PATH_SIZE]) {
	AUTO_TEXT struct text text = {0};
	struct error error = {{0}};

	assert_int_equal(text_add(&text, "%s", data), 0);
	if (backup_write(tree.fd, geteuid(), "libvirt:6f1d", &text, ret, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

static void each_is_kept_under_a_name_of_its_own_for_root_alone(void **state) {
	char first[BACKUP_PATH_SIZE], second[BACKUP_PATH_SIZE];
	struct stat file;

	keep("one\n", first);
	keep("two\n", second);
	assert_true(text_starts(first, "/var/lib/baton/libvirt-6f1d-2"));
	assert_string_not_equal(first, second);
	assert_true(tree_holds(&tree, first + 1, "one\n"));
	assert_true(tree_holds(&tree, second + 1, "two\n"));
	assert_int_equal(fstatat(tree.fd, first + 1, &file, 0), 0);
	assert_int_equal(file.st_mode & 07777, S_IRUSR | S_IWUSR);
	backup_remove(tree.fd, geteuid(), second);
	assert_false(file_exists(tree.fd, second));
	assert_true(file_exists(tree.fd, first));
}

static void a_directory_that_others_can_write_is_refused(void **state) {
	AUTO_TEXT struct text text = {0};
	struct error error = {{0}};
	char path[BACKUP_PATH_SIZE];

	tree_directory(&tree, "var/lib/baton");
	assert_int_equal(fchmodat(tree.fd, "var/lib/baton", 0777, 0), 0);
	assert_int_equal(text_add(&text, "x"), 0);
	assert_true(backup_write(tree.fd, geteuid(), "x", &text, path, &error) < 0);
	assert_true(error.text[0]);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_is_kept_under_a_name_of_its_own_for_root_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_directory_that_others_can_write_is_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
