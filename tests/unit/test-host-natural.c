// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "host/driver/blacklist.h"
#include "snapshot.h"

static int natural(const struct snapshot *snapshot, const char *name, char *ret) {
	return host_natural_module(snapshot->machine.root, &snapshot->host,
		device_of(snapshot, name), ret, MODULE_SIZE);
}

static void a_loaded_module_is_preferred_to_a_better_fit(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("bridge-in-group");
	char module[MODULE_SIZE];

	assert_int_equal(
		machine_write(&snapshot.machine, "/lib/modules/6.1.0-28-amd64/modules.alias",
			"alias pci:v000010DEd*sv*sd*bc03sc00i00* nvidia\n"
			"alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"),
		0);
	assert_int_equal(natural(&snapshot, "0000:01:00.0", module), 0);
	assert_string_equal(module, "nouveau");
	assert_int_equal(machine_remove(&snapshot.machine, "/sys/module/nouveau"), 0);
	snapshot_read(&snapshot);
	assert_int_equal(natural(&snapshot, "0000:01:00.0", module), 0);
	assert_string_equal(module, "nvidia");
}

static void a_blacklisted_module_is_nobodys_natural_one(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	char module[MODULE_SIZE] = "untouched";

	assert_int_equal(
		machine_write(&snapshot.machine, "/lib/modules/6.1.0-28-amd64/modules.alias",
			"alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"),
		0);
	assert_int_equal(natural(&snapshot, "0000:0a:00.0", module), -ENOENT);
	assert_string_equal(module, "untouched");
	assert_int_equal(
		machine_remove(&snapshot.machine, "/etc/modprobe.d/nvidia-blacklists-nouveau.conf"),
		0);
	assert_int_equal(natural(&snapshot, "0000:0a:00.0", module), 0);
	assert_string_equal(module, "nouveau");
	assert_int_equal(machine_write(&snapshot.machine, "/proc/cmdline",
				 "quiet modprobe.blacklist=radeon,nouveau iommu=pt\n"),
		0);
	assert_int_equal(natural(&snapshot, "0000:0a:00.0", module), -ENOENT);
}

static int fits(const struct snapshot *snapshot, const char *driver) {
	return host_driver_fits(snapshot->machine.root, &snapshot->host,
		device_of(snapshot, "0000:0a:00.0"), driver);
}

static void a_driver_fits_that_is_there_and_takes_the_device(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const char *aliases = "/lib/modules/6.1.0-28-amd64/modules.alias";
	char module[MODULE_SIZE];

	assert_int_equal(machine_write(&snapshot.machine, aliases,
				 "alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"
				 "alias pci:v00001002d*sv*sd*bc03sc*i* amdgpu\n"
				 "alias pci:v*d*sv*sd*bc0Csc03i30* xhci-pci\n"
				 "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n"),
		0);
	/* A preference counts although the module is blacklisted: somebody wants it. */
	assert_int_equal(fits(&snapshot, "nouveau"), 0);
	assert_int_equal(fits(&snapshot, "amdgpu"), -ENODEV);
	assert_int_equal(fits(&snapshot, "xhci_hcd"), -ENODEV);
	assert_int_equal(fits(&snapshot, "vfio-pci"), -ENOENT);
	assert_int_equal(fits(&snapshot, "fglrx"), -ENOENT);
	/* Registered, and no table knows of it. */
	assert_int_equal(fits(&snapshot, "nvidia"), 0);
	/* In the kernel. */
	assert_int_equal(machine_write(&snapshot.machine,
				 "/lib/modules/6.1.0-28-amd64/modules.builtin.modinfo",
				 "bochs.alias=pci:v000010DEd*sv*sd*bc*sc*i*"),
		0);
	assert_int_equal(fits(&snapshot, "bochs-drm"), 0);
	assert_int_equal(
		host_driver_module(snapshot.machine.root, "nvidia-gpu", module, sizeof(module)), 0);
	assert_string_equal(module, "i2c_nvidia_gpu");
}

static void an_administrators_file_hides_the_packages_of_its_name(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	AUTO_NAMES struct names names = {0};
	int root = snapshot.machine.root;

	assert_int_equal(machine_write(&snapshot.machine, "/usr/lib/modprobe.d/a.conf",
				 "blacklist from-package\n"),
		0);
	assert_int_equal(machine_write(&snapshot.machine, "/lib/modprobe.d/b.conf",
				 "\tblacklist  other # not a comment to modprobe\nblacklist\n"),
		0);
	assert_int_equal(machine_write(&snapshot.machine, "/etc/modprobe.d/a.conf", ""), 0);
	assert_int_equal(
		machine_write(&snapshot.machine, "/etc/modprobe.d/c.conf.bak", "blacklist no\n"),
		0);
	assert_int_equal(blacklist_read(root, &names), 0);
	assert_int_equal(names.count, 1);
	assert_string_equal(names.names[0], "other");
}

static void dashes_and_underscores_are_alike(void **state) {
	AUTO_NAMES struct names names = {0};
	char data[] = "blacklist snd-hda-intel\n", line[] = "modprobe.blacklist=,a-b,\n";

	assert_int_equal(blacklist_parse(data, &names), 0);
	assert_int_equal(blacklist_parse_command_line(line, &names), 0);
	assert_true(blacklist_has(&names, "snd_hda_intel"));
	assert_true(blacklist_has(&names, "a_b"));
	assert_int_equal(names.count, 2);
}

static void what_is_built_in_is_natural_too(void **state) {
	static const char modinfo[] = "xhci_pci.alias=pci:v*d*sv*sd*bc0Csc03i30*";
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("laptop-two-gpus");
	char module[MODULE_SIZE];

	assert_int_equal(natural(&snapshot, "0000:00:14.0", module), -ENOENT);
	assert_int_equal(
		machine_write(&snapshot.machine,
			"/lib/modules/6.11.4-301.fc41.x86_64/modules.builtin.modinfo", modinfo),
		0);
	assert_int_equal(natural(&snapshot, "0000:00:14.0", module), 0);
	assert_string_equal(module, "xhci_pci");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loaded_module_is_preferred_to_a_better_fit),
		cmocka_unit_test(a_blacklisted_module_is_nobodys_natural_one),
		cmocka_unit_test(a_driver_fits_that_is_there_and_takes_the_device),
		cmocka_unit_test(an_administrators_file_hides_the_packages_of_its_name),
		cmocka_unit_test(dashes_and_underscores_are_alike),
		cmocka_unit_test(what_is_built_in_is_natural_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
