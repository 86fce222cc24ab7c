// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "linux-tree.h"
#include "linux/linux.h"

#define CARD   "0000:01:00.0"
#define DEVICE "sys/bus/pci/devices/" CARD "/"

static struct tree tree;
static struct ops *ops;

static int set_up(void **state) {
	struct linux_options options = {.writer_timeout_ms = 10000};

	tree_make(&tree);
	options.root = tree.path;
	ops = linux_ops_new(&options, NULL);
	tree_file(&tree, DEVICE "power/control", "auto\n");
	tree_file(&tree, DEVICE "d3cold_allowed", "1\n");
	tree_file(&tree, DEVICE "reset_method", "flr bus\n");
	tree_file(&tree, DEVICE "resource",
		"0x0000000800000000 0x000000080fffffff 0x000000000014220c\n"
		"0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		"0x0000000810000000 0x00000008101fffff 0x000000000014220c\n");
	tree_file(&tree, DEVICE "resource0_resize", "0000000000007f00\n");
	tree_file(&tree, DEVICE "resource2_resize", "000000000000000e\n");
	tree_file(&tree, DEVICE "sriov_numvfs", "2\n");
	tree_link(&tree, DEVICE "virtfn0", "../0000:01:00.4");
	tree_link(&tree, DEVICE "virtfn1", "../0000:01:00.5");
	return ops ? 0 : -1;
}

static int tear_down(void **state) {
	linux_ops_free(ops);
	tree_remove(&tree);
	return 0;
}

static void assert_value(enum fact fact, const char *value) {
	char now[VALUE_SIZE];
	struct error error = {0};

	assert_int_equal(ops->get(ops, fact, CARD, now, &error), 0);
	assert_string_equal(now, value);
}

static int change(enum fact fact, const char *from, const char *to) {
	struct step step;
	struct writer writer;

	assert_int_equal(step_make(fact, CARD, from, to, &step), 0);
	assert_int_equal(ops->begin(ops, &step, false, &writer, NULL), 0);
	assert_int_not_equal(writer.process.pid, 0); /* each may wait for the device's driver */
	return ops->commit(ops, &writer, NULL);
}

static void power_is_a_word_of_the_kernels(void **state) {
	assert_value(FACT_POWER, "auto");
	tree_file(&tree, DEVICE "power/control", "");
	assert_int_equal(change(FACT_POWER, "auto", "on"), 0);
	assert_true(tree_holds(&tree, DEVICE "power/control", "on\n"));
	assert_value(FACT_POWER, "on");
	assert_int_equal(change(FACT_POWER, "on", "off"), -EINVAL);
}

static void d3cold_is_allowed_or_not(void **state) {
	assert_value(FACT_D3COLD, "allowed");
	assert_int_equal(change(FACT_D3COLD, "allowed", "-"), 0);
	assert_true(tree_holds(&tree, DEVICE "d3cold_allowed", "0\n"));
	assert_value(FACT_D3COLD, "-");
	assert_int_equal(change(FACT_D3COLD, "-", "allowed"), 0);
	assert_value(FACT_D3COLD, "allowed");
}

static void reset_methods_keep_their_order(void **state) {
	assert_value(FACT_RESET_METHOD, "flr bus");
	tree_file(&tree, DEVICE "reset_method", "");
	assert_int_equal(change(FACT_RESET_METHOD, "flr bus", "bus"), 0);
	assert_true(tree_holds(&tree, DEVICE "reset_method", "bus\n"));
	tree_file(&tree, DEVICE "reset_method", "");
	assert_int_equal(change(FACT_RESET_METHOD, "bus", "-"), 0);
	assert_true(tree_holds(&tree, DEVICE "reset_method", "\n"));
	assert_value(FACT_RESET_METHOD, "-");
}

static void only_a_bar_that_differs_is_resized(void **state) {
	assert_value(FACT_BAR_SIZE, "0=256M,2=2M");
	tree_file(&tree, DEVICE "resource0_resize", "");
	assert_int_equal(change(FACT_BAR_SIZE, "0=256M,2=2M", "0=16G,2=2M"), 0);
	assert_true(tree_holds(&tree, DEVICE "resource0_resize", "14\n"));
	assert_true(tree_holds(&tree, DEVICE "resource2_resize", "000000000000000e\n"));
}

static void a_bar_is_not_resized_under_a_driver(void **state) {
	tree_link(&tree, DEVICE "driver", "../../drivers/amdgpu");
	assert_int_equal(change(FACT_BAR_SIZE, "0=256M,2=2M", "0=16G,2=2M"), -EBUSY);
	assert_true(tree_holds(&tree, DEVICE "resource0_resize", "0000000000007f00\n"));
}

static void virtual_functions_are_counted_and_not_asked_for(void **state) {
	tree_file(&tree, DEVICE "sriov_numvfs", "7\n");
	assert_value(FACT_VF_COUNT, "2");
	assert_int_equal(change(FACT_VF_COUNT, "2", "0"), 0);
	assert_true(tree_holds(&tree, DEVICE "sriov_numvfs", "0\n"));
	assert_int_equal(change(FACT_VF_COUNT, "0", "many"), -EINVAL);
}

/* A journal of a kernel that had it, or of a device that is another one now. */
static void what_a_device_has_not_is_not_there(void **state) {
	static const enum fact facts[] = {
		FACT_POWER, FACT_D3COLD, FACT_RESET_METHOD, FACT_BAR_SIZE};
	char now[VALUE_SIZE];

	tree_directory(&tree, "sys/bus/pci/devices/0000:02:00.0");
	for (size_t i = 0; i < COUNT(facts); i++) {
		assert_int_equal(ops->get(ops, facts[i], "0000:02:00.0", now, NULL), -ENODEV);
		assert_int_equal(ops->get(ops, facts[i], "0000:03:00.0", now, NULL), -ENODEV);
		assert_int_equal(ops->get(ops, facts[i], "../x", now, NULL), -EINVAL);
	}
	assert_int_equal(ops->get(ops, FACT_VF_COUNT, "0000:03:00.0", now, NULL), -ENODEV);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(power_is_a_word_of_the_kernels),
		TEST(d3cold_is_allowed_or_not),
		TEST(reset_methods_keep_their_order),
		TEST(only_a_bar_that_differs_is_resized),
		TEST(a_bar_is_not_resized_under_a_driver),
		TEST(virtual_functions_are_counted_and_not_asked_for),
		TEST(what_a_device_has_not_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
