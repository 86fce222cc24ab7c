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

#define CARD      "0000:01:00.0"
#define TWIN      "0000:02:00.0"
#define REMOVE_ID "sys/bus/pci/drivers/vfio-pci/remove_id"

static struct tree tree;
static struct ops *ops;

static int set_up(void **state) {
	struct linux_options options = {0};

	tree_make(&tree);
	options.root = tree.path;
	ops = linux_ops_new(&options, NULL);
	tree_file(&tree, "proc/sys/kernel/osrelease", "6.1.0\n");
	return ops ? 0 : -1;
}

static int tear_down(void **state) {
	linux_ops_free(ops);
	tree_remove(&tree);
	return 0;
}

static void add_attribute(const char *address, const char *name, const char *value) {
	char path[128];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/%s", address, name);
	tree_file(&tree, path, value);
}

static void add_device(const char *address, const char *device) {
	add_attribute(address, "vendor", "0x10de\n");
	add_attribute(address, "device", device);
	add_attribute(address, "subsystem_vendor", "0x1043\n");
	add_attribute(address, "subsystem_device", "0x8704\n");
	add_attribute(address, "revision", "0xa1\n");
	add_attribute(address, "class", "0x030000\n");
	add_attribute(address, "driver_override", "(null)\n");
}

static void is_what_the_whole_machine_is_read_as(void **state) {
	struct identity identity = {0};
	struct host host;
	struct error error = {0};

	add_device(CARD, "0x2484\n");
	add_device(TWIN, "0x2485\n");
	assert_int_equal(ops->identify(ops, CARD, &identity, &error), 0);
	assert_int_equal(identity.vendor, 0x10de);
	assert_int_equal(identity.device, 0x2484);
	assert_int_equal(identity.revision, 0xa1);
	assert_int_equal(ops->look(ops, &host, &error), 0);
	assert_int_equal(host.device_count, 2);
	assert_memory_equal(&identity, &host.devices[0].identity, sizeof(identity));
	host_free(&host);
	assert_int_equal(ops->identify(ops, "0000:03:00.0", &identity, &error), -ENODEV);
	assert_int_equal(ops->identify(ops, "../x", &identity, &error), -ENODEV);
}

/* The file stands for the kernel's; it takes whatever is written, so the kernel's ENODEV, which
 * ends the repetition, comes from nowhere here. */
static void ids_are_taken_from_vfio(void **state) {
	struct error error = {0};

	add_device(CARD, "0x2484\n");
	assert_int_equal(ops->forget_ids(ops, CARD, &error), 0); /* no vfio-pci: nothing */
	tree_file(&tree, REMOVE_ID, "");
	assert_int_equal(ops->forget_ids(ops, CARD, &error), 0);
	assert_true(tree_holds(&tree, REMOVE_ID, "10de 2484\n"));
}

static void ids_that_a_twin_needs_stay(void **state) {
	struct error error = {0};

	add_device(CARD, "0x2484\n");
	add_device(TWIN, "0x2484\n");
	tree_file(&tree, REMOVE_ID, "");
	tree_link(&tree, "sys/bus/pci/drivers/vfio-pci/" CARD, "../../devices/" CARD);
	tree_link(&tree, "sys/bus/pci/drivers/vfio-pci/" TWIN, "../../devices/" TWIN);
	assert_int_equal(ops->forget_ids(ops, CARD, &error), 0);
	assert_true(tree_holds(&tree, REMOVE_ID, ""));
	tree_unlink(&tree, "sys/bus/pci/drivers/vfio-pci/" TWIN);
	assert_int_equal(ops->forget_ids(ops, CARD, &error), 0);
	assert_true(tree_holds(&tree, REMOVE_ID, "10de 2484\n"));
}

static void nobody_has_what_has_no_nodes(void **state) {
	struct error error = {0};

	add_device(CARD, "0x2484\n");
	assert_int_equal(ops->prove_free(ops, CARD, &error), 0);
	assert_int_equal(ops->prove_free(ops, "0000:09:00.0", &error), 0);
	assert_int_equal(ops->prove_free(ops, "nothing", &error), -EINVAL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(is_what_the_whole_machine_is_read_as),
		TEST(ids_are_taken_from_vfio),
		TEST(ids_that_a_twin_needs_stay),
		TEST(nobody_has_what_has_no_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
