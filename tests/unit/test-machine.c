// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"

static void assert_file(const struct machine *machine, const char *path, const char *content) {
	AUTO_FREE char *data = NULL;
	size_t length = 0;

	assert_int_equal(file_read(machine->root, path, 4096, &data, &length), 0);
	assert_string_equal(data, content);
	assert_int_equal(length, strlen(content));
}

static void assert_leads_to(const struct machine *machine, const char *link, const char *mark) {
	char path[256];

	assert_int_equal(snprintf(path, sizeof(path), "%s/%s", link, mark) > 0, 1);
	assert_true(file_exists(machine->root, path));
}

static void a_device_is_made_with_the_links_that_the_kernel_makes(void **state) {
	static const char text[] = "P: /devices/pci0000:00/0000:00:02.0\n"
				   "E: DRIVER=i915\n"
				   "E: SUBSYSTEM=pci\n"
				   "A: vendor=0x8086\\n\n"
				   "A: power/control=auto\n"
				   "H: config=8680\n"
				   "L: driver=../../../bus/pci/drivers/i915\n"
				   "L: iommu_group=../../../kernel/iommu_groups/7\n"
				   "\n"
				   "P: /devices/pci0000:00/0000:00:02.0/drm/card0\n"
				   "N: dri/card0\n"
				   "S: dri/by-path/x\n"
				   "E: SUBSYSTEM=drm\n"
				   "E: MAJOR=226\n"
				   "E: MINOR=0\n";
	AUTO_MACHINE struct machine machine = {.root = -1};

	assert_int_equal(machine_make(text, strlen(text), &machine), 0);
	assert_file(&machine, "sys/devices/pci0000:00/0000:00:02.0/vendor", "0x8086\n");
	assert_file(&machine, "sys/devices/pci0000:00/0000:00:02.0/power/control", "auto");
	assert_file(&machine, "sys/devices/pci0000:00/0000:00:02.0/config", "\x86\x80");
	assert_file(&machine, "sys/devices/pci0000:00/0000:00:02.0/uevent",
		"DRIVER=i915\nSUBSYSTEM=pci\n");
	assert_leads_to(&machine, "sys/bus/pci/devices/0000:00:02.0", "vendor");
	assert_leads_to(&machine, "sys/bus/pci/drivers/i915/0000:00:02.0", "vendor");
	assert_leads_to(&machine, "sys/kernel/iommu_groups/7/devices/0000:00:02.0", "vendor");
	assert_leads_to(&machine, "sys/class/drm/card0", "uevent");
	assert_leads_to(&machine, "sys/dev/char/226:0", "uevent");
	assert_leads_to(&machine, "sys/class/drm/card0/subsystem", "card0");
}

static void files_directories_and_links_stand_where_they_are_told(void **state) {
	static const char text[] = "# a comment\n"
				   "F: /proc/modules\n"
				   "| one\n"
				   "|\n"
				   "|  indented\n"
				   "\n"
				   "F: /etc/empty\n"
				   "D: /sys/class/iommu\n"
				   "X: /etc/link=/proc/modules\n";
	AUTO_MACHINE struct machine machine = {.root = -1};

	assert_int_equal(machine_make(text, strlen(text), &machine), 0);
	assert_file(&machine, "proc/modules", "one\n\n indented\n");
	assert_file(&machine, "etc/link", "one\n\n indented\n");
	assert_file(&machine, "etc/empty", "");
	assert_true(file_exists(machine.root, "sys/class/iommu"));
}

static void what_is_not_the_format_is_refused(void **state) {
	static const char *const texts[] = {"P", "P:/x", "Q: x=y\n", "A: novalue\n", "| stray\n"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct machine machine = {.root = -1};

		assert_int_equal(machine_make(texts[i], strlen(texts[i]), &machine), -EINVAL);
		assert_int_equal(machine.root, -1);
	}
}

static void a_test_may_break_its_machine(void **state) {
	AUTO_MACHINE struct machine machine = {.root = -1};

	assert_int_equal(machine_load("virtual-host", &machine), 0);
	assert_int_equal(machine_write(&machine, "/proc/modules", "none\n"), 0);
	assert_file(&machine, "proc/modules", "none\n");
	assert_int_equal(machine_remove(&machine, "/sys/class"), 0);
	assert_false(file_exists(machine.root, "sys/class"));
	assert_int_equal(machine_remove(&machine, "/sys/class"), -ENOENT);
}

static void nothing_is_left_behind(void **state) {
	struct machine machine = {.root = -1};
	char path[sizeof(machine.path)];

	assert_int_equal(machine_load("virtual-host", &machine), 0);
	memcpy(path, machine.path, sizeof(path));
	assert_int_equal(access(path, F_OK), 0);
	machine_free(&machine);
	assert_int_equal(access(path, F_OK), -1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_made_with_the_links_that_the_kernel_makes),
		cmocka_unit_test(files_directories_and_links_stand_where_they_are_told),
		cmocka_unit_test(what_is_not_the_format_is_refused),
		cmocka_unit_test(a_test_may_break_its_machine),
		cmocka_unit_test(nothing_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
