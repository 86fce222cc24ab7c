// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/trust.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux-tree.h"

static struct tree tree;

static int set_up(void **state) {
	tree_make(&tree);
	tree_file(&tree, "usr/sbin/program", "x");
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

static void let(const char *path, mode_t mode) {
	assert_int_equal(fchmodat(tree.fd, path, mode, 0), 0);
}

static void is_sound(const char *path, const char *end) {
	struct trusted trusted;
	struct error error = {{0}};

	if (trust_check(tree.fd, geteuid(), path, &trusted, &error) < 0) {
		fail_msg("%s", error.text);
	}
	assert_string_equal(trusted.path, end);
}

static void is_not(const char *path, int r, const char *sentence) {
	struct trusted trusted = {.path = "untouched"};
	struct error error = {{0}};

	assert_int_equal(trust_check(tree.fd, geteuid(), path, &trusted, &error), r);
	assert_non_null(strstr(error.text, sentence));
	assert_string_equal(trusted.path, "untouched");
}

static void what_only_its_owner_can_write_is_sound(void **state) {
	is_sound("/usr/sbin/program", "/usr/sbin/program");
	is_sound("/usr//./sbin/", "/usr/sbin");
}

static void links_are_followed_to_their_end(void **state) {
	tree_link(&tree, "usr/sbin/door", "program");
	tree_link(&tree, "sbin", "usr/sbin");
	tree_link(&tree, "etc/hooks/first", "../../../../usr/../sbin/door");
	tree_link(&tree, "etc/hooks/second", "/etc/hooks/first");
	is_sound("/etc/hooks/second", "/usr/sbin/program");
}

static void what_is_above_counts_too(void **state) {
	let("usr/sbin/program", 0775);
	is_not("/usr/sbin/program", -EPERM,
		"others than root can write /usr/sbin/program: run chown root /usr/sbin/program");
	let("usr/sbin/program", 0755);
	let("usr/sbin", 0757);
	is_not("/usr/sbin/program", -EPERM, "others than root can write /usr/sbin:");
	/* Also if everybody may only add files. */
	let("usr/sbin", 01777);
	is_not("/usr/sbin/program", -EPERM, "others than root can write /usr/sbin:");
	let("usr/sbin", 0755);
	let(".", 0777);
	is_not("/usr/sbin/program", -EPERM, "others than root can write /:");
}

static void a_link_is_as_sound_as_the_way_to_its_end(void **state) {
	tree_file(&tree, "opt/of-somebody/program", "x");
	tree_link(&tree, "usr/sbin/door", "/opt/of-somebody/program");
	is_sound("/usr/sbin/door", "/opt/of-somebody/program");
	let("opt/of-somebody", 0777);
	is_not("/usr/sbin/door", -EPERM, "can write /opt/of-somebody:");
}

static void what_belongs_to_somebody_else_is_not_sound(void **state) {
	struct trusted trusted;
	struct error error;

	assert_int_equal(
		trust_check(tree.fd, geteuid() + 1, "/usr/sbin/program", &trusted, &error), -EPERM);
}

static void what_is_not_there_is_told_apart(void **state) {
	is_not("/usr/sbin/other", -ENOENT, "cannot look at /usr/sbin/other");
	tree_link(&tree, "usr/sbin/door", "nowhere");
	is_not("/usr/sbin/door", -ENOENT, "cannot look at /usr/sbin/nowhere");
	let("usr/sbin", 0777);
	is_not("/usr/sbin/other", -EPERM, "can write /usr/sbin:");
}

static void a_circle_has_an_end(void **state) {
	tree_link(&tree, "usr/a", "b");
	tree_link(&tree, "usr/b", "/usr/a");
	is_not("/usr/a", -ELOOP, "cannot look at");
}

static void a_tree_is_checked_as_deep_as_it_is_read(void **state) {
	struct error error = {{0}};

	assert_int_equal(trust_check_tree(tree.fd, geteuid(), "/etc/baton", &error), 0);
	tree_file(&tree, "etc/baton/baton.conf", "");
	tree_file(&tree, "etc/baton/guests/win11.conf", "");
	tree_link(&tree, "etc/baton/guests/old.conf", "nowhere");
	assert_int_equal(trust_check_tree(tree.fd, geteuid(), "/etc/baton", &error), 0);
	let("etc/baton/guests/win11.conf", 0666);
	assert_int_equal(trust_check_tree(tree.fd, geteuid(), "/etc/baton", &error), -EPERM);
	assert_non_null(strstr(error.text, "can write /etc/baton/guests/win11.conf:"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(what_only_its_owner_can_write_is_sound),
		TEST(links_are_followed_to_their_end),
		TEST(what_is_above_counts_too),
		TEST(a_link_is_as_sound_as_the_way_to_its_end),
		TEST(what_belongs_to_somebody_else_is_not_sound),
		TEST(what_is_not_there_is_told_apart),
		TEST(a_circle_has_an_end),
		TEST(a_tree_is_checked_as_deep_as_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
