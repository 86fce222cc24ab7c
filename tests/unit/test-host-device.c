// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "snapshot.h"

static void a_function_is_read_with_all_that_identifies_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct device *device = device_of(&snapshot, "0000:0a:00.0");

	assert_string_equal(device->name, "0000:0a:00.0");
	assert_int_equal(device->identity.vendor, 0x10de);
	assert_int_equal(device->identity.device, 0x1e84);
	assert_int_equal(device->identity.subsystem_vendor, 0x1458);
	assert_int_equal(device->identity.subsystem_device, 0x4000);
	assert_int_equal(device->identity.revision, 0xa1);
	assert_int_equal(device->class, 0x030000);
	assert_int_equal(device->header_type, 0);
	assert_string_equal(device->driver, "nvidia");
	assert_string_equal(device->module, "nvidia");
	assert_string_equal(device->reset_methods, "flr pm");
	assert_string_equal(device->power_state, "D0");
	assert_int_equal(device->group, 14);
	assert_int_equal(device->numa_node, -1);
	assert_true(device->boot_vga);
	assert_false(device->in_flight);
	assert_false(device->has_vfio_device);
}

static void a_driver_and_its_module_may_have_different_names(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	assert_string_equal(device_of(&snapshot, "0000:0a:00.2")->driver, "xhci_hcd");
	assert_string_equal(device_of(&snapshot, "0000:0a:00.2")->module, "xhci_pci");
	assert_string_equal(device_of(&snapshot, "0000:0a:00.3")->driver, "nvidia-gpu");
	assert_string_equal(device_of(&snapshot, "0000:0a:00.3")->module, "i2c_nvidia_gpu");
	/* built in: pcieport has no module */
	assert_string_equal(device_of(&snapshot, "0000:00:03.1")->driver, "pcieport");
	assert_string_equal(device_of(&snapshot, "0000:00:03.1")->module, "");
}

static void no_override_is_empty_and_not_the_kernels_null(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("twins");

	assert_string_equal(device_of(&snapshot, "0000:21:00.0")->override, "");
	assert_string_equal(device_of(&snapshot, "0000:49:00.0")->override, "vfio-pci");
	assert_string_equal(device_of(&snapshot, "0000:49:00.0")->driver, "");
}

static void twins_are_told_apart_by_serial(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("twins");
	const struct device *one = device_of(&snapshot, "0000:21:00.0");
	const struct device *other = device_of(&snapshot, "0000:49:00.0");
	struct identity unknown = one->identity;

	assert_string_equal(one->identity.serial, "88-77-66-55-44-33-22-11");
	assert_string_equal(other->identity.serial, "99-77-66-55-44-33-22-11");
	assert_false(identity_same(&one->identity, &other->identity));
	unknown.serial[0] = '\0';
	assert_true(identity_same(&one->identity, &unknown));
	assert_true(identity_same(&unknown, &other->identity));
	unknown.device++;
	assert_false(identity_same(&one->identity, &unknown));
	unknown = one->identity;
	unknown.revision++;
	assert_false(identity_same(&one->identity, &unknown));
	unknown = one->identity;
	unknown.subsystem_vendor++;
	assert_false(identity_same(&one->identity, &unknown));
}

static void a_card_that_sleeps_is_not_woken_for_its_serial(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("laptop-two-gpus");

	assert_string_equal(device_of(&snapshot, "0000:01:00.0")->power_state, "D3cold");
	assert_string_equal(device_of(&snapshot, "0000:01:00.0")->identity.serial, "");

	snapshot_write(&snapshot, "/sys/devices/pci0000:00/0000:00:01.0/power_state", "D0\n");
	snapshot_write(
		&snapshot, "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/power_state", "D0\n");
	snapshot_read(&snapshot);
	assert_string_equal(
		device_of(&snapshot, "0000:01:00.0")->identity.serial, "08-07-06-05-04-03-02-01");
}

/* A device that no driver lets sleep counts as awake, and the bridge above it sleeps all the same:
 * a look at the device's configuration space would wake that. */
static void nor_is_a_bridge_for_what_is_behind_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("laptop-two-gpus");

	assert_true(device_of(&snapshot, "0000:01:00.0")->below_sleeper);
	assert_false(device_of(&snapshot, "0000:00:01.0")->below_sleeper);
	assert_false(device_of(&snapshot, "0000:00:02.0")->below_sleeper);
	snapshot_write(
		&snapshot, "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/power_state", "D0\n");
	snapshot_read(&snapshot);
	assert_string_equal(device_of(&snapshot, "0000:01:00.0")->power_state, "D0");
	assert_string_equal(device_of(&snapshot, "0000:01:00.0")->identity.serial, "");
}

static void whether_a_card_may_sleep_is_known(void **state) {
	AUTO_SNAPSHOT struct snapshot laptop = snapshot_take("laptop-two-gpus");
	AUTO_SNAPSHOT struct snapshot desktop = snapshot_take("amd-desktop");

	assert_true(device_of(&laptop, "0000:01:00.0")->may_sleep);
	assert_true(device_of(&laptop, "0000:01:00.0")->may_lose_power);
	assert_false(device_of(&laptop, "0000:00:02.0")->may_sleep);
	assert_false(device_of(&desktop, "0000:03:00.0")->may_sleep);
	assert_false(device_of(&desktop, "0000:03:00.0")->may_lose_power);
}

static void domains_are_ordered_by_number_and_groups_have_no_end(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");
	const struct host *host = &snapshot.host;

	assert_int_equal(device_of(&snapshot, "10000:01:00.0")->address.domain, 0x10000);
	assert_int_equal(device_of(&snapshot, "0000:e1:00.0")->group, 139);
	for (size_t i = 1; i < host->device_count; i++) {
		assert_true(address_compare(
				    host->devices[i - 1].address, host->devices[i].address) < 0);
	}
	assert_string_equal(host->devices[host->device_count - 1].name, "10000:02:00.0");
}

static void bridges_are_known_by_their_header_or_class(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("bridge-in-group");
	const struct device *bridge = device_of(&snapshot, "0000:00:01.0");
	const struct device *host = device_of(&snapshot, "0000:00:00.0");

	assert_true(device_is_bridge(bridge));
	assert_int_equal(bridge->header_type, 1);
	assert_int_equal(bridge->group, device_of(&snapshot, "0000:01:00.0")->group);
	/* the way into the chipset has the header of a device */
	assert_true(device_is_bridge(host));
	assert_int_equal(host->header_type, 0);
	assert_false(device_is_bridge(device_of(&snapshot, "0000:01:00.0")));
}

static void a_device_without_an_iommu_has_no_group(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");

	assert_int_equal(device_of(&snapshot, "0000:01:00.0")->group, GROUP_NONE);
}

static void device_links_name_those_who_depend_on_each_other(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("laptop-two-gpus");
	const struct device *card = device_of(&snapshot, "0000:01:00.0");
	const struct device *sound = device_of(&snapshot, "0000:01:00.1");

	assert_int_equal(card->consumers.count, 1);
	assert_string_equal(card->consumers.names[0], "0000:01:00.1");
	assert_int_equal(card->suppliers.count, 0);
	assert_int_equal(sound->suppliers.count, 1);
	assert_string_equal(sound->suppliers.names[0], "0000:01:00.0");
}

static void virtual_functions_are_counted_by_their_links(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sriov-nic");

	assert_int_equal(device_of(&snapshot, "0000:3b:00.0")->virtual_functions, 2);
	assert_int_equal(device_of(&snapshot, "0000:3b:00.1")->virtual_functions, 0);
	assert_false(device_of(&snapshot, "0000:3b:00.0")->is_virtual_function);
	assert_true(device_of(&snapshot, "0000:3b:00.2")->is_virtual_function);
	assert_int_equal(address_compare(device_of(&snapshot, "0000:3b:00.2")->physical_function,
				 device_of(&snapshot, "0000:3b:00.0")->address),
		0);
}

static void a_guests_device_shows_that_vfio_has_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");

	assert_true(device_of(&snapshot, "0000:e1:00.0")->has_vfio_device);
	assert_string_equal(device_of(&snapshot, "0000:e1:00.0")->override, "vfio-pci");
	assert_false(device_of(&snapshot, "0000:c1:00.0")->has_vfio_device);
}

static void hostile_files_leave_fields_empty(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	static const char at[] = "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/";
	static const char *const names[] = {"vendor", "class", "revision", "numa_node", "modalias",
		"power_state", "boot_vga", "driver_override", "reset_method"};
	char path[256], large[8192];
	const struct device *device;

	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s%s", at, names[i]);
		assert_int_equal(machine_write(&snapshot.machine, path, large), 0);
	}
	snapshot_read(&snapshot);
	device = device_of(&snapshot, "0000:01:00.0");
	assert_int_equal(device->identity.vendor, 0);
	assert_int_equal(device->class, 0);
	assert_int_equal(device->numa_node, -1);
	assert_string_equal(device->modalias, "");
	assert_string_equal(device->power_state, "");
	assert_string_equal(device->override, "");
	assert_string_equal(device->reset_methods, "");
	assert_false(device->boot_vga);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_is_read_with_all_that_identifies_it),
		cmocka_unit_test(a_driver_and_its_module_may_have_different_names),
		cmocka_unit_test(no_override_is_empty_and_not_the_kernels_null),
		cmocka_unit_test(twins_are_told_apart_by_serial),
		cmocka_unit_test(a_card_that_sleeps_is_not_woken_for_its_serial),
		cmocka_unit_test(nor_is_a_bridge_for_what_is_behind_it),
		cmocka_unit_test(whether_a_card_may_sleep_is_known),
		cmocka_unit_test(domains_are_ordered_by_number_and_groups_have_no_end),
		cmocka_unit_test(bridges_are_known_by_their_header_or_class),
		cmocka_unit_test(a_device_without_an_iommu_has_no_group),
		cmocka_unit_test(device_links_name_those_who_depend_on_each_other),
		cmocka_unit_test(virtual_functions_are_counted_by_their_links),
		cmocka_unit_test(a_guests_device_shows_that_vfio_has_it),
		cmocka_unit_test(hostile_files_leave_fields_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
