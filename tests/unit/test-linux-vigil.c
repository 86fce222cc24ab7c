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
#include <unistd.h>

#include "linux-tree.h"
#include "linux/vigil.h"

#define CARD "0000:01:00.0"

static const struct address card = {.bus = 1}, other = {.bus = 2};
static struct tree tree;
static struct machine *machine;
static struct ops *ops;

static int set_up(void **state) {
	struct linux_options options = {.service_timeout_ms = 200};

	tree_make(&tree);
	options.root = tree.path;
	ops = linux_ops_new(&options, NULL);
	machine = (struct machine *)ops;
	tree_file(&tree, "dev/null", "");
	tree_file(&tree, "dev/nvidia0", "");
	tree_file(&tree, "dev/dri/card0", "");
	tree_directory(&tree, "sys/bus/pci/devices/" CARD);
	tree_link(&tree, "sys/dev/char/226:0", "../../devices/pci0000:00/" CARD "/drm/card0");
	tree_directory(&tree, "proc");
	return ops ? 0 : -1;
}

static int tear_down(void **state) {
	linux_ops_free(ops);
	tree_remove(&tree);
	return 0;
}

static void open_node(const char *path) {
	int fd = openat(tree.fd, path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	close(fd);
}

static void keep_vigil(void) {
	vigil_begin(machine);
	vigil_note_free(machine, card);
}

static void what_was_free_stays_free(void **state) {
	assert_false(vigil_knows_free(machine, card));
	keep_vigil();
	assert_true(vigil_knows_free(machine, card));
	assert_false(vigil_knows_free(machine, other));
	open_node("dev/null");
	close(openat(tree.fd, "dev/dri", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	assert_true(vigil_knows_free(machine, card));
	vigil_begin(machine);
	assert_false(vigil_knows_free(machine, card));
}

static void whoever_opens_a_node_ends_it(void **state) {
	static const char *const nodes[] = {"dev/dri/card0", "dev/nvidia0"};

	for (size_t i = 0; i < COUNT(nodes); i++) {
		keep_vigil();
		open_node(nodes[i]);
		assert_false(vigil_knows_free(machine, card));
		assert_false(vigil_knows_free(machine, card));
	}
}

static void a_driver_that_changes_ends_it_for_its_device(void **state) {
	keep_vigil();
	vigil_note_free(machine, other);
	vigil_drop(machine, card);
	assert_false(vigil_knows_free(machine, card));
	assert_true(vigil_knows_free(machine, other));
}

static void a_look_finds_who_came_before(void **state) {
	struct error error = {0};
	char path[64];

	assert_int_equal(ops->prove_free(ops, CARD, &error), 0);
	assert_true(vigil_knows_free(machine, card));

	/* Nobody opened anything that could be heard, so it is not looked at again. */
	snprintf(path, sizeof(path), "proc/%d/fd/3", (int)getpid());
	tree_link(&tree, path, "/dev/dri/card0");
	assert_int_equal(ops->prove_free(ops, CARD, &error), 0);

	open_node("dev/dri/card0");
	assert_int_equal(ops->prove_free(ops, CARD, &error), -EBUSY);
	assert_non_null(strstr(error.text, CARD));
	assert_non_null(strstr(error.text, "dri/card0"));
	tree_unlink(&tree, path);
	assert_int_equal(ops->prove_free(ops, CARD, &error), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(what_was_free_stays_free),
		TEST(whoever_opens_a_node_ends_it),
		TEST(a_driver_that_changes_ends_it_for_its_device),
		TEST(a_look_finds_who_came_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
