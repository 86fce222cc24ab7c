// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "snapshot.h"

static void the_machine_is_read_as_a_whole(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct host *host = &snapshot.host;

	assert_string_equal(host->kernel, "6.1.0-28-amd64");
	assert_int_equal(strlen(host->boot_id), 36);
	assert_true(host->iommu);
	assert_true(host->vfio);
	assert_int_equal(host->device_count, 12);
	assert_null(host_device(host, address_of("0000:0a:00.4")));
}

static void without_an_iommu_there_is_none(void **state) {
	AUTO_SNAPSHOT struct snapshot none = snapshot_take("no-iommu");
	AUTO_SNAPSHOT struct snapshot emptied = snapshot_take("virtual-host");

	assert_false(none.host.iommu);
	/* groups that VFIO made for itself */
	assert_true(emptied.host.iommu);
	assert_int_equal(machine_remove(&emptied.machine, "/sys/class/iommu"), 0);
	snapshot_read(&emptied);
	assert_false(emptied.host.iommu);
	/* one that no device is behind */
	assert_int_equal(machine_write(&none.machine, "/sys/class/iommu/dmar0/x", ""), 0);
	snapshot_read(&none);
	assert_false(none.host.iommu);
}

static void versions_are_compared_as_numbers(void **state) {
	struct host host = {.kernel = "6.10.3-amd64"};

	assert_true(host_kernel_at_least(&host, 6, 2));
	assert_true(host_kernel_at_least(&host, 6, 10));
	assert_true(host_kernel_at_least(&host, 5, 15));
	assert_false(host_kernel_at_least(&host, 6, 11));
	assert_false(host_kernel_at_least(&host, 7, 0));
	host.kernel[0] = '\0';
	assert_false(host_kernel_at_least(&host, 0, 0));
}

static void a_place_that_is_no_machine_is_refused(void **state) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	struct host host = {.kernel = "untouched"};
	struct error error = {0};

	assert_int_equal(machine_make("", 0, &machine), 0);
	assert_int_equal(host_read(machine.root, &host, &error), -ENOENT);
	assert_non_null(strstr(error.text, "/sys/bus/pci/devices"));
	assert_string_equal(host.kernel, "untouched");
}

static void an_empty_machine_is_a_machine(void **state) {
	static const char text[] = "D: /sys/bus/pci/devices\n";
	AUTO_SNAPSHOT struct snapshot snapshot = {0};

	assert_int_equal(machine_make(text, strlen(text), &snapshot.machine), 0);
	snapshot_read(&snapshot);
	assert_int_equal(snapshot.host.device_count, 0);
	assert_null(host_device(&snapshot.host, address_of("0000:00:00.0")));
	assert_null(host_module(&snapshot.host, "nvidia"));
	assert_false(snapshot.host.iommu);
}

/* The kernel's order of names in a directory is its own: ours must not depend on it. */
static void two_snapshots_of_one_machine_are_equal(void **state) {
	AUTO_SNAPSHOT struct snapshot one = snapshot_take("proxmox-server");
	AUTO_SNAPSHOT struct snapshot other = snapshot_take("proxmox-server");

	assert_int_equal(one.host.device_count, other.host.device_count);
	for (size_t i = 0; i < one.host.device_count; i++) {
		assert_string_equal(one.host.devices[i].name, other.host.devices[i].name);
	}
	assert_int_equal(one.host.module_count, other.host.module_count);
	for (size_t i = 0; i < one.host.module_count; i++) {
		assert_string_equal(one.host.modules[i].name, other.host.modules[i].name);
	}
	assert_int_equal(one.host.holder_count, other.host.holder_count);
	for (size_t i = 0; i < one.host.holder_count; i++) {
		assert_memory_equal(
			&one.host.holders[i], &other.host.holders[i], sizeof(struct holder));
	}
}

static void links_do_not_lead_out_of_the_machine(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	static const char release[] = "/proc/sys/kernel/osrelease";

	assert_int_equal(machine_remove(&snapshot.machine, release), 0);
	assert_int_equal(machine_link(&snapshot.machine, release,
				 "../../../../../../../../../../../../proc/sys/kernel/osrelease"),
		0);
	snapshot_read(&snapshot);
	assert_string_equal(snapshot.host.kernel, "");
}

static void this_very_machine_can_be_read(void **state) {
	AUTO_CLOSE int root = root_open("/");
	AUTO_HOST struct host host = {0};
	struct error error = {0};

	assert_int_equal(host_read(root, &host, &error), 0);
	assert_int_equal(host_read_holders(root, &host, &error), 0);
	assert_true(host.kernel[0]);
	for (size_t i = 0; i < host.device_count; i++) {
		assert_true(host.devices[i].identity.vendor);
		assert_true(host.devices[i].vfio_driver[0]);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_machine_is_read_as_a_whole),
		cmocka_unit_test(without_an_iommu_there_is_none),
		cmocka_unit_test(versions_are_compared_as_numbers),
		cmocka_unit_test(a_place_that_is_no_machine_is_refused),
		cmocka_unit_test(an_empty_machine_is_a_machine),
		cmocka_unit_test(two_snapshots_of_one_machine_are_equal),
		cmocka_unit_test(links_do_not_lead_out_of_the_machine),
		cmocka_unit_test(this_very_machine_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
