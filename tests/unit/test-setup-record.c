// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/record.h"

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

#define FILE_TEXT                                                                                  \
	"# What `baton install` has changed, for `baton uninstall`.\n"                             \
	"directory /etc/x - made\n"                                                                \
	"link /etc/x/baton - /usr/sbin/baton\n"

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

static int open_record(bool create) {
	struct error error = {{0}};
	int fd = record_open(tree.fd, geteuid(), create, &error);

	if (fd < 0 && create) {
		fail_msg("%s", error.text);
	}
	return fd;
}

static void what_is_saved_is_loaded_again(void **state) {
	AUTO_CHANGES struct changes changes = {0}, again = {0};
	AUTO_CLOSE int fd = open_record(true);
	struct error error;

	assert_int_equal(record_load(fd, &again, &error), 0);
	assert_int_equal(again.count, 0);
	assert_int_equal(changes_add(&changes, CHANGE_DIRECTORY, "/etc/x", "made"), 0);
	assert_int_equal(changes_add(&changes, CHANGE_LINK, "/etc/x/baton", "/usr/sbin/baton"), 0);
	/* What one that was killed has left. */
	tree_file(&tree, "var/lib/baton/install.new", "half a li");
	assert_int_equal(record_save(fd, &changes, &error), 0);
	assert_true(tree_holds(&tree, "var/lib/baton/install", FILE_TEXT));
	assert_int_equal(record_load(fd, &again, &error), 0);
	assert_int_equal(again.count, 2);
	assert_true(change_same(&again.items[1], &changes.items[1]));
}

static void nothing_is_left_of_an_empty_record(void **state) {
	AUTO_CHANGES struct changes changes = {0};
	AUTO_CLOSE int fd = open_record(true);
	struct error error;

	assert_int_equal(record_save(fd, &changes, &error), 0);
	tree_file(&tree, "var/lib/baton/install.new", "");
	assert_int_equal(record_remove(tree.fd, fd, &error), 0);
	assert_false(file_exists(tree.fd, "/var/lib/baton"));
	/* And where something else is in its directory, that stays. */
	tree_file(&tree, "var/lib/baton/other", "");
	assert_int_equal(record_remove(tree.fd, fd, &error), 0);
	assert_true(file_exists(tree.fd, "/var/lib/baton/other"));
}

static void no_record_is_made_for_who_only_asks(void **state) {
	assert_int_equal(open_record(false), -ENOENT);
	assert_false(file_exists(tree.fd, "/var/lib/baton"));
}

static void two_do_not_write_at_a_time(void **state) {
	AUTO_CLOSE int fd = open_record(true);
	struct error error;

	assert_true(fd >= 0);
	assert_int_equal(record_open(tree.fd, geteuid(), true, &error), -EBUSY);
	assert_string_equal(
		error.text, "another baton install is at work: try again when it is done");
}

static void a_directory_that_others_can_write_is_not_believed(void **state) {
	struct error error;

	tree_directory(&tree, "var/lib/baton");
	assert_int_equal(fchmodat(tree.fd, "var/lib/baton", 0777, 0), 0);
	assert_int_equal(record_open(tree.fd, geteuid(), false, &error), -EPERM);
	assert_int_equal(fchmodat(tree.fd, "var/lib/baton", 0700, 0), 0);
	assert_int_equal(record_open(tree.fd, geteuid() + 1, false, &error), -EPERM);
}

static void a_link_in_its_place_is_not_followed(void **state) {
	AUTO_CHANGES struct changes changes = {0};
	struct error error;
	int fd;

	tree_link(&tree, "var/lib/baton", "elsewhere");
	tree_directory(&tree, "var/lib/elsewhere");
	assert_true(record_open(tree.fd, geteuid(), false, &error) < 0);
	tree_unlink(&tree, "var/lib/baton");
	fd = open_record(true);
	tree_link(&tree, "var/lib/baton/install", "../elsewhere/x");
	tree_file(&tree, "var/lib/elsewhere/x", FILE_TEXT);
	assert_int_equal(record_load(fd, &changes, &error), -ELOOP);
	close(fd);
}

static void a_wrong_line_is_named(void **state) {
	static const char text[] = "# x\n\ndirectory /a - made\nremove / - now\n";
	struct changes changes = {.count = 99};
	struct error error;

	assert_int_equal(record_parse("f", text, strlen(text), &changes, &error), -EINVAL);
	assert_string_equal(error.text, "f:4: this is no change");
	assert_int_equal(changes.count, 99);
}

static void the_last_line_needs_no_end(void **state) {
	static const char text[] = "directory /a - made";
	AUTO_CHANGES struct changes changes = {0};
	struct error error;

	assert_int_equal(record_parse("f", text, strlen(text), &changes, &error), 0);
	assert_int_equal(changes.count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(what_is_saved_is_loaded_again),
		TEST(nothing_is_left_of_an_empty_record),
		TEST(no_record_is_made_for_who_only_asks),
		TEST(two_do_not_write_at_a_time),
		TEST(a_directory_that_others_can_write_is_not_believed),
		TEST(a_link_in_its_place_is_not_followed),
		TEST(a_wrong_line_is_named),
		TEST(the_last_line_needs_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
