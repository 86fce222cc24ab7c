// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux-tree.h"
#include "linux/memory.h"

#define GUEST     "qemu:../x y"
#define FILE_NAME "lib/guests/qemu:..%2fx%20y.known"

static struct tree tree;
static char path[128];
static struct ops *ops;
static struct error error;

static int set_up(void **state) {
	struct linux_options options = {.memory = path};

	tree_make(&tree);
	snprintf(path, sizeof(path), "%s/lib/guests", tree.path);
	ops = linux_ops_new(&options, &error);
	return ops ? 0 : -1;
}

static int tear_down(void **state) {
	linux_ops_free(ops);
	tree_remove(&tree);
	return 0;
}

static struct known make(uint16_t device) {
	struct known known = {.guest = GUEST};
	const struct identity identity = {.vendor = 0x10de, .device = device};

	assert_int_equal(known_add(&known, (struct address){.bus = 1}, &identity, NULL), 0);
	return known;
}

static mode_t mode_of(const char *name) {
	struct stat stat;

	assert_int_equal(fstatat(tree.fd, name, &stat, AT_SYMLINK_NOFOLLOW), 0);
	return stat.st_mode & 07777;
}

static void what_was_written_is_read_by_its_guest(void **state) {
	struct known known = make(0x2484), read;

	assert_int_equal(memory_read(ops, GUEST, &read, &error), -ENOENT);
	assert_int_equal(memory_write(ops, &known, &error), 0);
	assert_int_equal(memory_read(ops, GUEST, &read, &error), 0);
	assert_true(known_same(&known, &read));
	assert_int_equal(mode_of("lib"), 0700);
	assert_int_equal(mode_of("lib/guests"), 0700);
	assert_int_equal(mode_of(FILE_NAME), 0600);
	known = make(0x1234);
	assert_int_equal(memory_write(ops, &known, &error), 0);
	assert_int_equal(memory_read(ops, GUEST, &read, &error), 0);
	assert_int_equal(read.devices[0].identity.device, 0x1234);
}

static void what_a_killed_run_left_is_in_nobodys_way(void **state) {
	struct known known = make(0x2484);

	assert_int_equal(memory_write(ops, &known, &error), 0);
	tree_file(&tree, FILE_NAME ".new", "known 1 ");
	assert_int_equal(memory_read(ops, GUEST, &known, &error), 0);
	assert_int_equal(memory_write(ops, &known, &error), 0);
	assert_int_equal(faccessat(tree.fd, FILE_NAME ".new", F_OK, 0), -1);
}

static void a_name_that_no_file_can_have_is_not_remembered(void **state) {
	struct known known = make(0x2484);

	assert_int_equal(memory_write(ops, &known, &error), 0);
	memset(known.guest, 'x', 250);
	known.guest[250] = '\0';
	assert_int_equal(memory_write(ops, &known, &error), -ENAMETOOLONG);
	assert_int_equal(memory_read(ops, known.guest, &known, &error), -ENAMETOOLONG);
}

static void what_is_forgotten_is_not_known(void **state) {
	struct known known = make(0x2484);

	assert_int_equal(memory_remove(ops, GUEST, &error), -ENOENT);
	assert_int_equal(memory_write(ops, &known, &error), 0);
	assert_int_equal(memory_remove(ops, GUEST, &error), 0);
	assert_int_equal(memory_read(ops, GUEST, &known, &error), -ENOENT);
}

static void what_makes_no_sense_is_said_with_its_file(void **state) {
	struct known known = make(0x2484);

	assert_int_equal(memory_write(ops, &known, &error), 0);
	tree_file(&tree, FILE_NAME, "known 1 somebody\n");
	assert_int_equal(memory_read(ops, GUEST, &known, &error), -EINVAL);
	assert_non_null(strstr(error.text, FILE_NAME ": it is of somebody else"));
	tree_file(&tree, FILE_NAME, "garbage\n");
	assert_int_equal(memory_read(ops, GUEST, &known, &error), -EINVAL);
	assert_non_null(strstr(error.text, FILE_NAME ": line 1 makes no sense"));
	tree_unlink(&tree, FILE_NAME);
	tree_fifo(&tree, FILE_NAME);
	assert_int_equal(memory_read(ops, GUEST, &known, &error), -EINVAL);
	tree_unlink(&tree, FILE_NAME);
	tree_link(&tree, FILE_NAME, "elsewhere");
	assert_int_equal(memory_read(ops, GUEST, &known, &error), -ELOOP);
	assert_int_equal(memory_write(ops, &known, &error), 0);
	assert_int_equal(memory_read(ops, GUEST, &known, &error), 0);
}

static void a_place_that_others_can_write_is_not_used(void **state) {
	struct known known = make(0x2484);

	assert_int_equal(memory_write(ops, &known, &error), 0);
	assert_int_equal(fchmodat(tree.fd, "lib", 0777, 0), 0);
	assert_int_equal(memory_read(ops, GUEST, &known, &error), -EPERM);
	assert_int_equal(memory_write(ops, &known, &error), -EPERM);
	assert_int_equal(fchmodat(tree.fd, "lib", 0755, 0), 0);
	assert_int_equal(memory_read(ops, GUEST, &known, &error), 0);
	assert_int_equal(fchmodat(tree.fd, "lib/guests", 0770, 0), 0);
	assert_int_equal(memory_read(ops, GUEST, &known, &error), -EPERM);
	assert_non_null(strstr(error.text, "may be written by others"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_written_is_read_by_its_guest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_killed_run_left_is_in_nobodys_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_name_that_no_file_can_have_is_not_remembered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_forgotten_is_not_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_makes_no_sense_is_said_with_its_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_place_that_others_can_write_is_not_used, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
