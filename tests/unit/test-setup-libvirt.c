// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/libvirt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "linux-tree.h"

static struct tree tree;

static int set_up(void **state) {
	tree_make(&tree);
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

static void the_librarys_name_has_the_version(void **state) {
	static const struct {
		const char *link;
		const char *target;
		unsigned int version;
	} rows[] = {
		{"usr/lib64/libvirt.so.0", "libvirt.so.0.11003.0", 11003},
		{"usr/lib/libvirt.so.0", "libvirt.so.0.6004.1", 6004},
		{"usr/lib/x86_64-linux-gnu/libvirt.so.0", "libvirt.so.0.9000.0", 9000},
		{"usr/lib/x86_64-linux-gnu/libvirt.so.0", "/usr/lib/libvirt.so.0.1002.9", 1002},
		{"usr/lib/x86_64-linux-gnu/libvirt.so.0", "libvirt.so.1", 0},
		{"usr/lib/python3/libvirt.so.0", "libvirt.so.0.9000.0", 0},
	};

	assert_int_equal(libvirt_version(tree.fd), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		tree_link(&tree, rows[i].link, rows[i].target);
		assert_int_equal(libvirt_version(tree.fd), rows[i].version);
		tree_unlink(&tree, rows[i].link);
	}
}

/* The daemon's file in /run, as if it had started then. */
static void start(const char *path, long long s, long ns) {
	const struct timespec times[] = {{s, ns}, {s, ns}};

	tree_file(&tree, path, "1234\n");
	assert_int_equal(utimensat(tree.fd, path, times, 0), 0);
}

static void a_daemon_knows_of_hooks_that_were_there_before_it(void **state) {
	struct hook items[] = {
		{.by_libvirt = true, .since_s = 100, .since_ns = 5},
		{.by_libvirt = false, .since_s = 10},
	};
	const struct hooks none = {0}, later = {items, COUNT(items)};

	/* Whoever is not up looks when it starts. */
	assert_null(libvirt_unaware(tree.fd, &none));
	start("run/virtqemud.pid", 100, 5);
	assert_string_equal(libvirt_unaware(tree.fd, &none), "virtqemud");
	assert_string_equal(libvirt_unaware(tree.fd, &later), "virtqemud");
	start("run/virtqemud.pid", 100, 6);
	assert_null(libvirt_unaware(tree.fd, &later));
	start("run/libvirtd.pid", 99, 999999999);
	assert_string_equal(libvirt_unaware(tree.fd, &later), "libvirtd");
	start("run/libvirtd.pid", 101, 0);
	assert_null(libvirt_unaware(tree.fd, &later));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(the_librarys_name_has_the_version),
		TEST(a_daemon_knows_of_hooks_that_were_there_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
