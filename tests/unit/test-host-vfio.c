// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/vfio.h"

#include <fcntl.h>
#include <unistd.h>

#include "snapshot.h"

static void each_device_gets_the_variant_that_libvirt_would_take(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sriov-nic");

	assert_string_equal(device_of(&snapshot, "0000:3b:00.0")->vfio_driver, "vfio-pci");
	assert_string_equal(device_of(&snapshot, "0000:3b:00.0")->vfio_module, "vfio_pci");
	assert_string_equal(device_of(&snapshot, "0000:3b:00.2")->vfio_driver, "mlx5_vfio_pci");
	assert_string_equal(device_of(&snapshot, "0000:3b:00.2")->vfio_module, "mlx5_vfio_pci");
	assert_true(snapshot.host.vfio);
}

static void a_broken_index_does_not_hide_the_list(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sriov-nic");

	assert_int_equal(machine_write(&snapshot.machine,
				 "/lib/modules/6.12.6-amd64/modules.alias.bin", "no index"),
		0);
	snapshot_read(&snapshot);
	assert_string_equal(device_of(&snapshot, "0000:3b:00.2")->vfio_driver, "mlx5_vfio_pci");
}

static void a_loaded_module_tells_its_drivers_name_itself(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sriov-nic");

	assert_int_equal(
		machine_link(&snapshot.machine, "/sys/module/mlx5_vfio_pci/drivers/pci:mlx5-vfio",
			"../../../bus/pci/drivers/mlx5-vfio"),
		0);
	snapshot_read(&snapshot);
	assert_string_equal(device_of(&snapshot, "0000:3b:00.3")->vfio_driver, "mlx5-vfio");
}

static void without_a_list_it_is_the_general_driver(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");

	assert_int_equal(machine_remove(&snapshot.machine, "/lib/modules"), 0);
	snapshot_read(&snapshot);
	assert_string_equal(device_of(&snapshot, "0000:01:00.0")->vfio_driver, "vfio-pci");
	assert_string_equal(device_of(&snapshot, "0000:01:00.0")->vfio_module, "vfio_pci");
	assert_false(snapshot.host.vfio);
}

/* A modules.dep.bin that has one module: a node with a prefix and one value (host/driver/index.h).
 */
static void write_dependencies(const struct snapshot *snapshot, const char *module) {
	static const char head[] = {'\xb0', '\x07', '\xf4', '\x57', 0, 2, 0, 1, '\xc0', 0, 0, 12};
	static const char value[] = "\0\0\0\1\0\0\0\0kernel/module.ko:";
	AUTO_CLOSE int fd = openat(snapshot->machine.root,
		"lib/modules/6.12.6-amd64/modules.dep.bin", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, head, sizeof(head)), sizeof(head));
	assert_int_equal(write(fd, module, strlen(module) + 1), strlen(module) + 1);
	assert_int_equal(write(fd, value, sizeof(value)), sizeof(value));
}

static void load(struct snapshot *snapshot, const char *module) {
	AUTO_TEXT struct text path = {0};

	assert_int_equal(text_add(&path, "/sys/module/%s/refcnt", module), 0);
	assert_int_equal(machine_write(&snapshot->machine, path.data, "0\n"), 0);
	snapshot_read(snapshot);
}

static void vfio_without_its_iommu_driver_is_told(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sriov-nic");

	write_dependencies(&snapshot, "vfio_iommu_type1");
	load(&snapshot, "vfio");
	assert_true(snapshot.host.vfio_lacks_type1);
	load(&snapshot, "vfio_iommu_type1");
	assert_false(snapshot.host.vfio_lacks_type1);
}

static void vfio_that_is_not_loaded_lacks_nothing(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sriov-nic");

	write_dependencies(&snapshot, "vfio_iommu_type1");
	snapshot_read(&snapshot);
	assert_false(snapshot.host.vfio_lacks_type1);
}

static void an_iommu_driver_that_is_not_to_be_had_is_not_told(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sriov-nic");

	load(&snapshot, "vfio");
	assert_false(snapshot.host.vfio_lacks_type1);
	write_dependencies(&snapshot, "vfio_iommu_spapr_tce");
	snapshot_read(&snapshot);
	assert_false(snapshot.host.vfio_lacks_type1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_device_gets_the_variant_that_libvirt_would_take),
		cmocka_unit_test(a_broken_index_does_not_hide_the_list),
		cmocka_unit_test(a_loaded_module_tells_its_drivers_name_itself),
		cmocka_unit_test(without_a_list_it_is_the_general_driver),
		cmocka_unit_test(vfio_without_its_iommu_driver_is_told),
		cmocka_unit_test(vfio_that_is_not_loaded_lacks_nothing),
		cmocka_unit_test(an_iommu_driver_that_is_not_to_be_had_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
