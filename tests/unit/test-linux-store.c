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
#include <time.h>

#include "linux-tree.h"
#include "linux/store.h"

static struct tree tree;
static char state_path[128];
static struct ops *ops;

static int set_up(void **state) {
	struct linux_options options = {.state = state_path};
	struct error error;

	tree_make(&tree);
	snprintf(state_path, sizeof(state_path), "%s/baton", tree.path);
	ops = linux_ops_new(&options, &error);
	return ops ? 0 : -1;
}

static int tear_down(void **state) {
	linux_ops_free(ops);
	tree_remove(&tree);
	return 0;
}

static void create(const char *guest) {
	struct error error;

	assert_int_equal(ops->journal_create(ops, guest, 65536, &error), 0);
}

static void names_stay_in_the_directory(void **state) {
	static const struct {
		const char *guest;
		const char *name;
	} rows[] = {
		{"hand", "hand.journal"},
		{"libvirt:0a-b", "libvirt:0a-b.journal"},
		{"../../x y%", "..%2f..%2fx%20y%25.journal"},
		{"..", "...journal"},
		{"/", "%2f.journal"},
		{"", "%.journal"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char name[STORE_NAME_SIZE], guest[STORE_NAME_SIZE];

		assert_int_equal(store_name(rows[i].guest, name), 0);
		assert_string_equal(name, rows[i].name);
		assert_int_equal(store_guest(name, guest, sizeof(guest)), 0);
		assert_string_equal(guest, rows[i].guest);
	}
}

static void other_names_are_no_journals(void **state) {
	static const char *const names[] = {"", ".journal", "hand", "hand.journal~", "a b.journal",
		"%2F.journal", "%41.journal", "%.journa"};
	char guest[STORE_NAME_SIZE], long_guest[STORE_NAME_SIZE];

	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(store_guest(names[i], guest, sizeof(guest)), -EINVAL);
	}
	memset(long_guest, ' ', 90);
	long_guest[90] = '\0';
	assert_int_equal(store_name(long_guest, guest), -ENAMETOOLONG);
}

static void keeps_what_is_appended(void **state) {
	struct error error;
	char *data = NULL;
	size_t length;
	struct stat stat;
	char path[256];

	create("libvirt:a/b");
	assert_int_equal(ops->journal_append(ops, "libvirt:a/b", "\n1 a", 4, &error), 0);
	assert_int_equal(ops->journal_append(ops, "libvirt:a/b", "\n2 b", 4, &error), 0);
	assert_int_equal(ops->journal_read(ops, "libvirt:a/b", &data, &length, &error), 0);
	assert_int_equal(length, 8);
	assert_memory_equal(data, "\n1 a\n2 b", 8);
	free(data);

	assert_int_equal(lstat(state_path, &stat), 0);
	assert_int_equal(stat.st_mode & 07777, 0700);
	snprintf(path, sizeof(path), "%s/libvirt:a%%2fb.journal", state_path);
	assert_int_equal(lstat(path, &stat), 0);
	assert_int_equal(stat.st_mode & 07777, 0600);
	assert_int_equal(stat.st_size, 8);
	assert_true(stat.st_blocks * 512 >= 65536); /* room is reserved beyond the end */
}

static void a_journal_is_made_once(void **state) {
	struct error error;

	create("hand");
	assert_int_equal(ops->journal_create(ops, "hand", 64, &error), -EEXIST);
	assert_int_equal(ops->journal_remove(ops, "hand", &error), 0);
	assert_int_equal(ops->journal_remove(ops, "hand", &error), -ENOENT);
	create("hand");
}

static void no_room_leaves_no_file(void **state) {
	struct error error;
	struct names names = {0};

	assert_true(ops->journal_create(ops, "hand", (size_t)1 << 60, &error) < 0);
	assert_int_equal(ops->journal_list(ops, &names, &error), 0);
	assert_int_equal(names.count, 0);
	names_free(&names);
}

static void nothing_is_there_at_first(void **state) {
	struct error error = {0};
	struct names names = {0};
	struct stat stat;
	char *data = NULL;
	size_t length;

	assert_int_equal(ops->journal_list(ops, &names, &error), 0);
	assert_int_equal(names.count, 0);
	assert_string_equal(error.text, ""); /* a sentence would be a remark */
	assert_int_equal(ops->journal_read(ops, "hand", &data, &length, &error), -ENOENT);
	assert_int_equal(ops->journal_append(ops, "hand", "x", 1, &error), -ENOENT);
	assert_int_equal(lstat(state_path, &stat), -1); /* looking makes nothing */
}

static void lists_guests_and_nothing_else(void **state) {
	struct error error;
	struct names names = {0};

	create("libvirt:b");
	create("a");
	tree_file(&tree, "baton/notes", "");
	tree_file(&tree, "baton/a b.journal", "");
	assert_int_equal(ops->journal_list(ops, &names, &error), 0);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.names[0], "a");
	assert_string_equal(names.names[1], "libvirt:b");
	names_free(&names);
}

static void follows_no_links(void **state) {
	struct error error;
	char *data = NULL;
	size_t length;

	create("other");
	tree_file(&tree, "precious", "precious");
	tree_link(&tree, "baton/hand.journal", "../precious");
	assert_int_equal(ops->journal_append(ops, "hand", "x", 1, &error), -ELOOP);
	assert_int_equal(ops->journal_read(ops, "hand", &data, &length, &error), -ELOOP);
	assert_int_equal(ops->journal_create(ops, "hand", 64, &error), -EEXIST);
	assert_true(tree_holds(&tree, "precious", "precious"));

	tree_link(&tree, "link", "baton");
	snprintf(state_path, sizeof(state_path), "%s/link", tree.path);
	assert_int_equal(ops->journal_read(ops, "other", &data, &length, &error), -ENOTDIR);
}

static void trusts_no_directory_that_others_write(void **state) {
	struct error error;
	struct names names = {0};

	create("hand");
	assert_int_equal(chmod(state_path, 0770), 0);
	assert_int_equal(ops->journal_list(ops, &names, &error), -EPERM);
	assert_non_null(strstr(error.text, "may be written by others: remove it"));
	assert_int_equal(ops->journal_create(ops, "a", 64, &error), -EPERM);
	assert_non_null(strstr(error.text, state_path));
}

static void knows_when_the_last_line_was_written(void **state) {
	static const struct timespec times[] = {{.tv_sec = 5}, {.tv_sec = 1000000}};
	char path[256];
	struct error error;
	int64_t written_s = 7;

	assert_int_equal(store_written(ops, "hand", &written_s), -ENOENT);
	create("hand");
	assert_int_equal(store_written(ops, "other", &written_s), -ENOENT);
	assert_int_equal(written_s, 7);
	snprintf(path, sizeof(path), "%s/hand.journal", state_path);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_int_equal(store_written(ops, "hand", &written_s), 0);
	assert_int_equal(written_s, 1000000);
	assert_int_equal(ops->journal_append(ops, "hand", "x", 1, &error), 0);
	assert_int_equal(store_written(ops, "hand", &written_s), 0);
	assert_in_range(written_s, time(NULL) - 60, time(NULL) + 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(names_stay_in_the_directory),
		TEST(other_names_are_no_journals),
		TEST(keeps_what_is_appended),
		TEST(a_journal_is_made_once),
		TEST(no_room_leaves_no_file),
		TEST(nothing_is_there_at_first),
		TEST(lists_guests_and_nothing_else),
		TEST(follows_no_links),
		TEST(trusts_no_directory_that_others_write),
		TEST(knows_when_the_last_line_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
