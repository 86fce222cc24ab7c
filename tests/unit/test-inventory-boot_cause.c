// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/cause.h"

#include "inventory/boot/command_line.h"
#include "snapshot.h"

#define CONFIGURATION "boot/config-6.1.0-28-amd64"

static struct snapshot snapshot;

static int take(void **state) {
	snapshot = snapshot_take("no-iommu");
	return 0;
}

static int leave(void **state) {
	snapshot_free(&snapshot);
	return 0;
}

static void put(const char *path, const char *data) {
	assert_int_equal(machine_write(&snapshot.machine, path, data), 0);
}

static struct names split(const char *line) {
	struct names words = {0};

	assert_int_equal(command_line_split(line, strlen(line), &words), 0);
	return words;
}

/* next NULL: not known */
static struct cause look(const char *running, const char *next) {
	AUTO_NAMES struct names now = split(running), then = split(next ? next : "");
	struct cause cause = {0};

	snapshot_read(&snapshot);
	assert_int_equal(cause_read(snapshot.machine.root, &snapshot.host, &now,
				 next ? &then : NULL, &cause),
		0);
	return cause;
}

static void assert_verdict(
	const char *running, const char *next, enum iommu_verdict verdict, const char *missing) {
	struct cause cause = look(running, next);
	const char *found = cause_missing(&cause);

	assert_string_equal(iommu_verdict_name(cause.verdict), iommu_verdict_name(verdict));
	assert_string_equal(found ? found : "", missing);
}

static void intel_by_its_kernels_configuration(void **state) {
	put("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\n");
	put("sys/firmware/acpi/tables/DMAR", "");
	/* It is not known what the kernel does by itself. */
	assert_verdict("quiet", NULL, IOMMU_LACKS_ARGUMENT, "intel_iommu=on");
	put(CONFIGURATION, "CONFIG_INTEL_IOMMU=y\n# CONFIG_INTEL_IOMMU_DEFAULT_ON is not set\n");
	assert_verdict("quiet", "quiet", IOMMU_LACKS_ARGUMENT, "intel_iommu=on");
	assert_verdict("quiet", "quiet intel_iommu=on", IOMMU_LACKS_BOOT, "");
	assert_verdict("quiet intel_iommu=on", "quiet", IOMMU_UNEXPLAINED, "");
	put(CONFIGURATION, "CONFIG_INTEL_IOMMU=y\nCONFIG_INTEL_IOMMU_DEFAULT_ON=y\n");
	assert_verdict("quiet", "quiet", IOMMU_UNEXPLAINED, "");
	put(CONFIGURATION, "# CONFIG_INTEL_IOMMU is not set\n");
	assert_verdict("quiet", "quiet", IOMMU_LACKS_DRIVER, "");
}

static void the_firmware_is_named_when_it_is_the_cause(void **state) {
	put("sys/firmware/acpi/tables/FACP", "");
	put("proc/cpuinfo", "vendor_id\t: GenuineIntel\n");
	assert_verdict("intel_iommu=on", NULL, IOMMU_LACKS_FIRMWARE, "");
	put("proc/cpuinfo", "vendor_id\t: AuthenticAMD\n");
	assert_verdict("", NULL, IOMMU_LACKS_FIRMWARE, "");
}

static void amd_needs_no_argument(void **state) {
	put("proc/cpuinfo", "vendor_id\t: AuthenticAMD\n");
	put("sys/firmware/acpi/tables/IVRS", "");
	assert_verdict("quiet", "quiet", IOMMU_UNEXPLAINED, "");
	put(CONFIGURATION, "CONFIG_AMD_IOMMU=y\n");
	assert_int_equal(look("", NULL).by_itself, DEFAULT_ON);
}

static void what_switches_it_off_is_named(void **state) {
	put("proc/cpuinfo", "vendor_id\t: AuthenticAMD\n");
	put("sys/firmware/acpi/tables/IVRS", "");
	assert_verdict("intel_iommu=off", NULL, IOMMU_UNEXPLAINED, "");
	assert_verdict("quiet amd-iommu=off", NULL, IOMMU_SWITCHED_OFF, "");
	assert_string_equal(look("iommu=off", NULL).off, "iommu=off");
	assert_verdict("quiet amd_iommu=off", "quiet", IOMMU_LACKS_BOOT, "");
}

static void a_machine_with_all_groups_lacks_nothing(void **state) {
	snapshot_free(&snapshot);
	snapshot = snapshot_take("intel-arc");
	put("proc/cpuinfo", "vendor_id\t: GenuineIntel\n");
	assert_verdict("quiet", "quiet", IOMMU_FINE, "");
}

/* Typed in the boot menu, or taken out since: the next kernel has it off. */
static void a_word_that_only_runs_is_missing_at_the_next_start(void **state) {
	static const char off[] =
		"CONFIG_INTEL_IOMMU=y\n# CONFIG_INTEL_IOMMU_DEFAULT_ON is not set\n";
	char path[LABEL_SIZE];

	snapshot_free(&snapshot);
	snapshot = snapshot_take("intel-arc");
	snprintf(path, sizeof(path), "boot/config-%.100s", snapshot.host.kernel);
	put("proc/cpuinfo", "vendor_id\t: GenuineIntel\n");
	assert_verdict("quiet intel_iommu=on", "quiet", IOMMU_FINE, "");
	put(path, "CONFIG_INTEL_IOMMU=y\nCONFIG_INTEL_IOMMU_DEFAULT_ON=y\n");
	assert_verdict("quiet intel_iommu=on", "quiet", IOMMU_FINE, "");
	put(path, off);
	assert_verdict("quiet intel_iommu=on", "quiet", IOMMU_LACKS_ARGUMENT, "intel_iommu=on");
	assert_verdict("intel_iommu=on", "intel_iommu=sm_on,on", IOMMU_FINE, "");
	assert_verdict("intel_iommu=on,sm_on", "intel_iommu=sm_on", IOMMU_LACKS_ARGUMENT,
		"intel_iommu=on");
	assert_verdict("quiet intel_iommu=on", NULL, IOMMU_FINE, "");
	/* Firmware may have it switched on for a device that anybody may plug in. */
	assert_verdict("quiet", "quiet", IOMMU_FINE, "");
}

static void intels_own_graphics_may_be_left_out(void **state) {
	snapshot_free(&snapshot);
	snapshot = snapshot_take("intel-arc");
	put("proc/cpuinfo", "vendor_id\t: GenuineIntel\n");
	assert_int_equal(
		machine_remove(&snapshot.machine, "sys/bus/pci/devices/0000:00:02.0/iommu_group"),
		0);
	assert_verdict("quiet", "quiet", IOMMU_LACKS_GRAPHICS, "intel_iommu=on");
	assert_string_equal(look("quiet", NULL).graphics, "0000:00:02.0");
	assert_verdict("quiet", "intel_iommu=on", IOMMU_LACKS_BOOT, "");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(intel_by_its_kernels_configuration, take, leave),
		cmocka_unit_test_setup_teardown(
			the_firmware_is_named_when_it_is_the_cause, take, leave),
		cmocka_unit_test_setup_teardown(amd_needs_no_argument, take, leave),
		cmocka_unit_test_setup_teardown(what_switches_it_off_is_named, take, leave),
		cmocka_unit_test_setup_teardown(
			a_machine_with_all_groups_lacks_nothing, take, leave),
		cmocka_unit_test_setup_teardown(
			a_word_that_only_runs_is_missing_at_the_next_start, take, leave),
		cmocka_unit_test_setup_teardown(intels_own_graphics_may_be_left_out, take, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
