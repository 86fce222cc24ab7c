// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/hook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "linux-tree.h"

#define HOOKS "etc/libvirt/hooks/"

static struct tree tree;

static int set_up(void **state) {
	tree_make(&tree);
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

static void put(const char *path, const char *text, mode_t mode) {
	tree_file(&tree, path, text);
	assert_int_equal(fchmodat(tree.fd, path, mode, 0), 0);
}

static struct hooks read_hooks(void) {
	struct error error = {{0}};
	struct hooks hooks;

	if (hooks_read(tree.fd, &hooks, &error) < 0) {
		fail_msg("%s", error.text);
	}
	return hooks;
}

static void are(const char *const *paths, size_t count) {
	AUTO_HOOKS struct hooks hooks = read_hooks();

	for (size_t i = 0; i < count && i < hooks.count; i++) {
		assert_string_equal(hooks.items[i].path, paths[i]);
	}
	assert_int_equal(hooks.count, count);
}

static void no_directory_is_no_hooks(void **state) {
	are(NULL, 0);
	tree_directory(&tree, HOOKS);
	are(NULL, 0);
	/* Not a directory is none either. */
	put(HOOKS "qemu.d", "", 0755);
	are(NULL, 0);
}

static void they_stand_in_the_order_in_which_libvirt_runs_them(void **state) {
	static const char *const paths[] = {
		HOOK_FIRST, HOOK_D "/.hidden", HOOK_D "/10-a", HOOK_D "/B", HOOK_D "/a"};

	put(HOOKS "qemu.d/a", "", 0755);
	put(HOOKS "qemu.d/B", "", 0711);
	put(HOOKS "qemu.d/10-a", "", 0700);
	put(HOOKS "qemu.d/.hidden", "", 0755);
	put(HOOKS "qemu.d/not-executable", "", 0644);
	put(HOOKS "qemu", "", 0755);
	put(HOOKS "network", "", 0755);
	are(paths, COUNT(paths));
}

static void a_link_to_a_program_is_one(void **state) {
	static const char *const paths[] = {HOOK_D "/link"};

	put("usr/sbin/program", "", 0755);
	tree_link(&tree, HOOKS "qemu.d/link", "/usr/sbin/program");
	tree_link(&tree, HOOKS "qemu.d/to-nowhere", "/usr/sbin/nothing");
	tree_link(&tree, HOOKS "qemu.d/to-a-directory", "/usr/sbin");
	tree_fifo(&tree, HOOKS "qemu.d/fifo");
	assert_int_equal(fchmodat(tree.fd, HOOKS "qemu.d/fifo", 0700, 0), 0);
	are(paths, COUNT(paths));
}

static void a_tree_belongs_to_the_hook_that_runs_it(void **state) {
	static const char *const paths[] = {HOOK_FIRST, HOOK_D "/b",
		HOOK_D "/win11/prepare/begin/bind", HOOK_D "/win11/release/end"};

	put(HOOKS "qemu.d/b", "", 0755);
	put(HOOKS "qemu.d/win11/prepare/begin/bind", "", 0755);
	put(HOOKS "qemu.d/win11/release/end", "", 0755);
	put(HOOKS "qemu.d/a/b/c/d/e/too-deep", "", 0755);
	are(&paths[1], 1);
	put(HOOKS "qemu", "", 0755);
	are(paths, COUNT(paths));
}

static void what_hands_over_devices_itself_is_seen(void **state) {
	static const struct {
		const char *text;
		const char *word;
	} rows[] = {
		{"#!/bin/sh\nvirsh nodedev-detach pci_0000_01_00_0\n", "nodedev-detach"},
		{"#!/bin/sh\necho 0000:01:00.0 >/sys/bus/pci/drivers/nvidia/unbind\n", "/unbind"},
		{"modprobe vfio-pci ids=10de:2484\n", "vfio-pci"},
		{"echo vfio >driver_override\n", "driver_override"},
		{"#!/bin/sh\nsystemctl set-property user.slice AllowedCPUs=0\n", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_HOOKS struct hooks hooks = {0};

		put(HOOKS "qemu", rows[i].text, 0755);
		hooks = read_hooks();
		assert_int_equal(hooks.count, 1);
		if (rows[i].word) {
			assert_string_equal(hooks.items[0].word, rows[i].word);
		} else {
			assert_null(hooks.items[0].word);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(no_directory_is_no_hooks),
		TEST(they_stand_in_the_order_in_which_libvirt_runs_them),
		TEST(a_link_to_a_program_is_one),
		TEST(a_tree_belongs_to_the_hook_that_runs_it),
		TEST(what_hands_over_devices_itself_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
