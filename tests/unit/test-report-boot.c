// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/boot.h"

#include <jansson.h>

#include "snapshot.h"

/* What guides and their scripts have done to machines, and what a machine looks like before. */
struct remains {
	const char *name; /* of the golden file */
	const char *machine;
	const struct { const char *path, *data; } files[16];
};

#define GRUB_SCRIPT                                                                                \
	{"usr/sbin/grub-mkconfig", "for x in ${sysconfdir}/default/grub.d/*.cfg ; do\n"}, {        \
		"usr/sbin/update-grub", "exec grub-mkconfig -o /boot/grub/grub.cfg\n"              \
	}

static const struct remains all[] = {
	{"untouched", "nvidia-single",
		{GRUB_SCRIPT, {"usr/sbin/mkinitramfs", ""},
			{"etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"},
			{"proc/cpuinfo", "vendor_id\t: AuthenticAMD\n"},
			{"sys/firmware/acpi/tables/IVRS", ""},
			{"boot/config-6.1.0-28-amd64", "CONFIG_AMD_IOMMU=y\n"},
			{"proc/cmdline",
				"BOOT_IMAGE=/vmlinuz-6.1.0-28-amd64 root=/dev/sda1 ro quiet\n"}}},
	{"guide-for-debian", "nvidia-single",
		{GRUB_SCRIPT, {"usr/sbin/mkinitramfs", ""},
			{"etc/default/grub",
				"GRUB_CMDLINE_LINUX_DEFAULT=\"quiet preempt=voluntary iommu=pt amd_iommu=on "
				"intel_iommu=on vfio-pci.ids=10de:1e84,10de:10f8,10de:1ad8,10de:1ad9 "
				"rd.driver.pre=vfio-pci video=efifb:off kvm.ignore_msrs=1\"\n"},
			{"etc/initramfs-tools/modules",
				"vfio\nvfio_iommu_type1\nvfio_pci\nvfio_virqfd\n"
				"options vfio-pci ids=10de:1e84,10de:10f8\n"},
			{"etc/modprobe.d/blacklist.conf",
				"options vfio-pci ids=10de:1e84,10de:10f8,10de:1ad8,10de:1ad9\n"},
			{"etc/modprobe.d/xhci_hcd.conf", "blacklist xhci_hcd\n"},
			{"proc/cpuinfo", "vendor_id\t: AuthenticAMD\n"},
			{"proc/cmdline",
				"BOOT_IMAGE=/vmlinuz-6.1.0-28-amd64 root=/dev/sda1 ro quiet\n"}}},
	{"proxmox", "proxmox-server",
		{{"etc/kernel/proxmox-boot-uuids", "ABCD-1234\n"}, {"usr/sbin/mkinitramfs", ""},
			{"etc/kernel/cmdline", "root=ZFS=rpool/ROOT/pve-1 boot=zfs\n"},
			{"proc/cmdline",
				"initrd=\\EFI\\proxmox\\6.8.12-4-pve\\initrd.img-6.8.12-4-pve "
				"root=ZFS=rpool/ROOT/pve-1 boot=zfs iommu=pt\n"},
			{"etc/modprobe.d/pve-blacklist.conf", "blacklist nvidiafb\n"},
			{"etc/modprobe.d/no-nouveau.conf", "blacklist nouveau\n"},
			{"proc/cpuinfo", "vendor_id\t: GenuineIntel\n"}}},
	{"no-iommu", "no-iommu",
		{GRUB_SCRIPT, {"etc/dracut.conf.d/a.conf", ""},
			{"etc/default/grub", "GRUB_CMDLINE_LINUX=\"$(cat /etc/words)\"\n"},
			{"proc/cpuinfo", "vendor_id\t: GenuineIntel\n"},
			{"sys/firmware/acpi/tables/DMAR", ""},
			{"proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1\n"}}},
	{"assigned", "twins",
		{GRUB_SCRIPT, {"usr/sbin/mkinitramfs", ""},
			{"etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"},
			{"proc/stat", "cpu 1\nbtime 9999999999\n"},
			{"etc/baton/assigned",
				"# by baton\n0000:21:00.0 10de:2204 10de:147d 030000\n"
				"0000:21:00.1 10de:1aef 10de:147d 040300\n"
				"0000:49:00.0 10de:2204 1043:87b3 030000\nelse\n"},
			{"run/baton-early",
				"0000:21:00.0 left was not taken by vfio-pci (no IOMMU, or see above), "
				"and is the host's\n"}}},
	{"nothing-known", "twins", {{0}}},
};

static struct snapshot make(const struct remains *remains) {
	struct snapshot snapshot = snapshot_take(remains->machine);

	for (size_t i = 0; i < COUNT(remains->files) && remains->files[i].path; i++) {
		assert_int_equal(machine_write(&snapshot.machine, remains->files[i].path,
					 remains->files[i].data),
			0);
	}
	snapshot_read(&snapshot);
	return snapshot;
}

static void read_boot(const struct snapshot *snapshot, struct boot *ret) {
	struct error error = {0};

	if (boot_read(snapshot->machine.root, &snapshot->host, ret, &error) < 0) {
		fail_msg("%s", error.text);
	}
}

/*
 * Each stands in tests/golden/boot/. After a change that is meant, write them anew with
 * GOLDEN=write in the environment, and look at the difference.
 */
static void what_happens_at_boot_is_told_as_expected(void **state) {
	AUTO_CLOSE int golden = root_open(GOLDEN "/boot");
	const char *mode = getenv("GOLDEN");

	assert_true(golden >= 0);
	for (size_t i = 0; i < COUNT(all); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = make(&all[i]);
		struct machine directory = {.root = golden};
		AUTO_PCI_NAMES struct pci_names names = {0};
		AUTO_BOOT struct boot boot = {0};
		AUTO_TEXT struct text text = {0};
		AUTO_FREE char *expected = NULL;
		char name[64];

		read_boot(&snapshot, &boot);
		assert_int_equal(report_boot(&boot, &names, &text), 0);
		snprintf(name, sizeof(name), "%s.txt", all[i].name);
		if (mode && strcmp(mode, "write") == 0) {
			assert_int_equal(machine_write(&directory, name, text.data), 0);
		}
		assert_int_equal(file_read(golden, name, 1 << 20, &expected, NULL), 0);
		assert_string_equal(text.data, expected);
	}
}

static json_t *find_device(json_t *json, const char *name) {
	json_t *device;
	size_t i;

	json_array_foreach(json_object_get(json, "devices"), i, device) {
		if (strcmp(json_string_value(json_object_get(device, "device")), name) == 0) {
			return device;
		}
	}
	fail_msg("%s is not told of", name);
	return NULL;
}

static void json_says_the_same(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = make(&all[1]);
	AUTO_BOOT struct boot boot = {0};
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	json_t *json, *device, *lines;

	read_boot(&snapshot, &boot);
	assert_int_equal(report_boot_json(&boot, &text, &error), 0);
	json = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(json, "loader"), "id")),
		"grub-debian");
	assert_true(json_is_true(json_object_get(json, "next_known")));
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(json, "iommu"), "verdict")),
		"fine");
	device = find_device(json, "0000:0a:00.0");
	assert_string_equal(json_string_value(json_object_get(device, "winner")), "vfio");
	assert_string_equal(json_string_value(json_object_get(device, "driver")), "nvidia");
	lines = json_object_get(device, "in_the_way");
	assert_int_equal(json_array_size(lines), 3);
	assert_string_equal(json_string_value(json_object_get(json_array_get(lines, 1), "file")),
		"/etc/default/grub");
	json_decref(json);
}

/* Whoever writes a file of words chooses them. */
static void no_word_steers_the_terminal(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = make(&all[0]);
	AUTO_PCI_NAMES struct pci_names names = {0};
	AUTO_BOOT struct boot boot = {0};
	AUTO_TEXT struct text text = {0};

	assert_int_equal(machine_write(&snapshot.machine, "proc/cmdline", "a=\033[2J\n"), 0);
	read_boot(&snapshot, &boot);
	assert_int_equal(report_boot(&boot, &names, &text), 0);
	assert_null(strchr(text.data, '\033'));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_happens_at_boot_is_told_as_expected),
		cmocka_unit_test(json_says_the_same),
		cmocka_unit_test(no_word_steers_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
