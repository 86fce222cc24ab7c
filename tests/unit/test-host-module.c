// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/module.h"

#include <string.h>

#include "snapshot.h"

static void modules_come_with_their_counts_and_holders(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct module *module = host_module(&snapshot.host, "nvidia");

	assert_non_null(module);
	assert_int_equal(module->references, 632);
	assert_int_equal(module->holders.count, 2);
	assert_string_equal(module->holders.names[0], "nvidia_uvm");
	assert_string_equal(module->holders.names[1], "nvidia_modeset");
	assert_string_equal(module->version, "535.183.01");
	assert_int_equal(host_module(&snapshot.host, "nvidia_uvm")->holders.count, 0);
	assert_int_equal(host_module(&snapshot.host, "nvidia_uvm")->references, 4);
	assert_null(host_module(&snapshot.host, "nouveau"));
}

static void a_module_that_is_built_in_has_no_count(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	assert_int_equal(host_module(&snapshot.host, "efifb")->references, -1);
	assert_string_equal(host_module(&snapshot.host, "efifb")->version, "");
}

static void only_modules_from_outside_are_asked_for_a_version(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	assert_int_equal(
		machine_write(&snapshot.machine, "/sys/module/snd_hda_intel/version", "1.0\n"), 0);
	snapshot_read(&snapshot);
	assert_string_equal(host_module(&snapshot.host, "snd_hda_intel")->version, "");
}

static void lines_that_the_kernel_would_not_write_are_passed_over(void **state) {
	struct module modules[] = {
		{.name = "a", .references = -1}, {.name = "b", .references = -1}};
	char data[] = "\n"
		      "a\n"
		      "a 1\n"
		      "a 1 2\n"
		      "unknown 1 2 a, Live 0x0\n"
		      "b 16384 - [permanent], Live 0x0 (F)\n";
	bool from_outside[2] = {false};

	assert_int_equal(modules_parse(data, modules, 2, from_outside), 0);
	assert_int_equal(modules[0].references, -1);
	assert_int_equal(modules[1].references, -1);
	assert_int_equal(modules[1].holders.count, 0);
	assert_false(from_outside[1]);
}

static void the_driver_of_a_module_is_as_sysfs_says(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	int root = snapshot.machine.root;
	char driver[DRIVER_SIZE];

	assert_int_equal(host_module_driver(root, "i2c_nvidia_gpu", driver, sizeof(driver)), 0);
	assert_string_equal(driver, "nvidia-gpu");
	/* not loaded */
	assert_int_equal(host_module_driver(root, "vfio_pci", driver, sizeof(driver)), 0);
	assert_string_equal(driver, "vfio-pci");
	assert_int_equal(host_module_driver(root, "xe_vfio_pci", driver, sizeof(driver)), 0);
	assert_string_equal(driver, "xe-vfio-pci");
	assert_int_equal(host_module_driver(root, "nvgrace_gpu_vfio_pci", driver, 64), 0);
	assert_string_equal(driver, "nvgrace_gpu_vfio_pci");
	assert_int_equal(host_module_driver(root, "nouveau", driver, sizeof(driver)), 0);
	assert_string_equal(driver, "nouveau");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_come_with_their_counts_and_holders),
		cmocka_unit_test(a_module_that_is_built_in_has_no_count),
		cmocka_unit_test(only_modules_from_outside_are_asked_for_a_version),
		cmocka_unit_test(lines_that_the_kernel_would_not_write_are_passed_over),
		cmocka_unit_test(the_driver_of_a_module_is_as_sysfs_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
