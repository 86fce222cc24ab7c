// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/keep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/driver/index.h"
#include "host/holder/process.h"
#include "host/holder/qemu.h"
#include "host/serial.h"

static struct device devices[] = {
	{.identity = {.vendor = 0x10de,
		 .device = 0x2484,
		 .subsystem_vendor = 0x1458,
		 .subsystem_device = 0x4000},
		.class = 0x030000,
		.modalias = "pci:v000010DEd00002484sv00001458sd00004000bc03sc00i00"},
};
static const struct host host = {
	.devices = devices, .device_count = COUNT(devices), .vfio_lacks_type1 = true};

/* What is kept of these bytes of the file. */
static void keep_of(const char *path, const char *data, size_t length, struct text *ret) {
	AUTO_KEEPER struct keeper keeper = {0};

	assert_int_equal(keeper_begin(&host, &keeper), 0);
	assert_int_equal(keep(&keeper, path, data, length, ret), 0);
	assert_int_equal(text_append(ret, "", 0), 0);
}

static void assert_kept(const char *path, const char *data, const char *kept) {
	AUTO_TEXT struct text text = {0};

	keep_of(path, data, strlen(data), &text);
	assert_string_equal(text.data, kept);
}

static void some_files_are_never_opened(void **state) {
	static const char *const never[] = {"/proc/1/environ", "/proc/1/mem", "/proc/1/task/2/mem",
		"/proc/1/auxv", "/proc/kcore", "/proc/kmsg", "/etc/shadow", "/etc/gshadow-",
		"/dev/sda", "/sys/devices/pci0000:00/0000:00:02.0/rom",
		"/sys/devices/pci0000:00/0000:00:02.0/resource0",
		"/sys/devices/pci0000:00/0000:00:02.0/vpd", "/lib/modules/6.1.0/modules.alias.bin"};
	static const char *const opened[] = {"/proc/1/stat", "/proc/cmdline", "/etc/passwd",
		"/sys/devices/pci0000:00/0000:00:02.0/resource",
		"/sys/devices/pci0000:00/0000:00:02.0/resource1_resize"};

	for (size_t i = 0; i < COUNT(never); i++) {
		assert_true(keep_never(never[i]));
	}
	for (size_t i = 0; i < COUNT(opened); i++) {
		assert_false(keep_never(opened[i]));
	}
}

static void of_a_process_only_devices_and_connections_are_kept(void **state) {
	static const char *const not_kept[] = {"/srv/alice/diary", "/dev/null", "/dev/pts/3",
		"/memfd:x (deleted)", "anon_inode:[eventfd]", "pipe:[7]"};
	static const char *const kept[] = {
		"/dev/dri/card0", "/dmabuf:", "socket:[4]", "anon_inode:[vfio-device]"};

	for (size_t i = 0; i < COUNT(not_kept); i++) {
		assert_true(keep_no_link("/proc/7/fd/3", not_kept[i]));
	}
	for (size_t i = 0; i < COUNT(kept); i++) {
		assert_false(keep_no_link("/proc/7/fd/3", kept[i]));
	}
	assert_true(keep_no_link("/proc/7/cwd", "/srv/alice"));
	assert_false(keep_no_link("/proc/self", "7"));
}

static void a_command_line_becomes_a_guests_name(void **state) {
	static const char line[] = "qemu-system-x86_64\0-name\0guest=win11,debug-threads=on\0"
				   "-object\0secret,id=x,data=offwithherhead";
	AUTO_TEXT struct text text = {0};
	char guest[LABEL_SIZE];

	keep_of("/proc/7/cmdline", line, sizeof(line), &text);
	assert_null(memmem(text.data, text.length, "secret", strlen("secret")));
	assert_int_equal(qemu_guest_parse(text.data, text.length, guest), 0);
	assert_string_equal(guest, "win11");
	assert_kept("/proc/7/cmdline", "vim", "");
}

static void a_processs_addresses_are_left_out(void **state) {
	static const char stat[] = "7 (a b) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 4711 "
				   "225280 1234 18446744073709551615 94321 94322\n";
	uint64_t start = 0;
	int parent = 0;
	AUTO_TEXT struct text text = {0};

	keep_of("/proc/7/stat", stat, strlen(stat), &text);
	assert_null(strstr(text.data, "94321"));
	assert_int_equal(stat_start_parse(text.data, &start), 0);
	assert_int_equal(start, 4711);
	assert_int_equal(stat_parent_parse(text.data, &parent), 0);
	assert_int_equal(parent, 1);
	assert_kept("/proc/7/stat", "broken", "");
	assert_kept("/proc/7/stat", "7 (x)", "7 (x)\n");
	assert_kept("/proc/7/maps",
		"7f0a4e2a9000-7f0a4e2aa000 rw-s 00000000 00:05 321     /dev/dri/card0\n"
		"7f0a4e2ab000-7f0a4e2ac000 r-xp 00000000 08:01 4       /srv/alice/a\n"
		"7f0a4e2ac000-7f0a4e2ad000 rw-p 00000000 00:00 0 \n",
		"1000-2000 rw-s 00000000 00:05 321 /dev/dri/card0\n");
}

/* The numbers of lines are told, so they stay. */
static void a_script_keeps_what_takes_devices(void **state) {
	assert_kept("/etc/libvirt/hooks/qemu",
		"#!/bin/bash\ncurl https://tea.party\necho x > /sys/bus/pci/drivers/a/unbind\nrm y\n",
		"\n\necho x > /sys/bus/pci/drivers/a/unbind\n");
	assert_kept("/srv/alice/bin/hand-over", "virsh nodedev-detach x\nsecret\n",
		"virsh nodedev-detach x\n");
	assert_kept("/etc/udev/rules.d/a.rules", "# x\nGOTO=\"end\"\nRUN+=\"a\"\nLABEL=\"end\"\n",
		"\nGOTO=\"end\"\n\nLABEL=\"end\"\n");
	assert_kept("/etc/libvirt/hooks/qemu", "", "");
}

static void of_lists_only_our_devices_are_kept(void **state) {
	assert_kept("/usr/share/misc/pci.ids",
		"# a comment\n\n10de  NVIDIA\n\t2484  GA104\n\t\t1458 4000  Ours\n\t\t1458 4001  Not\n"
		"\t2485  Other\n1002  AMD\n\t2484  Not\n1458  Gigabyte\nC 02  Network\n\t00  Ethernet\n"
		"C 03  Display\n\t00  VGA\n\t\t00  VGA controller\n",
		"10de  NVIDIA\n\t2484  GA104\n\t\t1458 4000  Ours\n1458  Gigabyte\n"
		"C 03  Display\n\t00  VGA\n\t\t00  VGA controller\n");
	assert_kept("/usr/lib/modules/6.1/modules.alias",
		"# x\nalias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\nalias pci:v00001002d* amdgpu\n"
		"alias usb:v1 x\nalias vfio_pci:v* vfio_pci\n",
		"alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\nalias vfio_pci:v* vfio_pci\n");
}

static void a_serial_number_is_all_that_stays_of_config(void **state) {
	/* 0x100: an AER capability, and behind it the serial number */
	static char config[4096];
	AUTO_TEXT struct text text = {0};

	memcpy(config, "\xde\x10\x84\x24", 4);
	memcpy(config + 0x100, "\x01\x00\x02\x15", 4);
	memcpy(config + 0x150, "\x03\x00\x01\x00\x11\x22\x33\x44\x55\x66\x77\x88", 12);
	keep_of("/sys/devices/pci0000:00/0000:00:02.0/config", config, sizeof(config), &text);
	assert_int_equal(text.length, 256 + 12);
	assert_memory_equal(text.data + 260, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
	assert_int_equal(text.data[0], 0);
	text_free(&text);
	text = (struct text){0};
	keep_of("/sys/devices/pci0000:00/0000:00:02.0/config", config, 64, &text);
	assert_int_equal(text.length, 0);
	memcpy(config + 0x100, "\x01\x00\x02\x10", 4); /* goes round in circles */
	keep_of("/sys/devices/pci0000:00/0000:00:02.0/config", config, sizeof(config), &text);
	assert_int_equal(text.length, 0);
}

static int note(void *context, const char *key, const char *value) {
	assert_string_equal(key, "vfio_iommu_type1");
	(*(int *)context)++;
	return 0;
}

static void the_index_of_modules_answers_its_question(void **state) {
	AUTO_TEXT struct text text = {0};
	FILE *file = tmpfile();
	int count = 0;

	keep_of("/lib/modules/6.1.0/modules.dep.bin", "x", 1, &text);
	assert_non_null(file);
	assert_int_equal(fwrite(text.data, 1, text.length, file), text.length);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(index_search(fileno(file), "vfio_iommu_type1", note, &count), 0);
	assert_int_equal(count, 1);
	fclose(file);
}

static void passwords_are_left_out(void **state) {
	assert_kept("/etc/libvirt/qemu/a.xml", "<graphics passwd='x' port='1'/><a passwd=\"y\"/>",
		"<graphics passwd='' port='1'/><a passwd=\"\"/>");
	assert_kept("/etc/libvirt/qemu/a.xml", "<graphics passwd='x", "<graphics passwd='");
	assert_kept("/etc/fstab", "//s/a /mnt cifs nofail,password=x,user=y 0 0\n# x\n\n",
		"//s/a /mnt cifs defaults,nofail\n");
	assert_kept("/etc/NetworkManager/system-connections/a",
		"[connection]\nid=a\nfoo=b\n[wifi]\npsk=x\npsk-flags=1\n",
		"[connection]\nid=a\n[wifi]\npsk-flags=1\n");
	assert_kept("/proc/1/mountinfo",
		"1 0 8:1 / / rw - ext4 /dev/sda1 rw,secret\n2 1 0:5 / /x rw - tmpfs tmpfs rw\n"
		"3 1 0:6 / /y rw - cifs //s/a rw,pass=x,addr=192.0.2.1\n",
		"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
		"3 1 0:6 / /y rw - cifs //s/a rw,addr=192.0.2.1\n");
}

/* What is longer than is usual stays what it is, and its end is not taken for the next column. */
static void long_columns_stay_whole(void **state) {
	char longer[5000], data[16384], kept[16384];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	snprintf(data, sizeof(data), "UUID=%s /srv ext4 %s,nofail 0 2\n", longer, longer);
	snprintf(kept, sizeof(kept), "UUID=%s /srv ext4 defaults,nofail\n", longer);
	assert_kept("/etc/fstab", data, kept);
	snprintf(data, sizeof(data), "3 1 0:6 / /y rw - nfs4 s:/%s rw,%s,addr=192.0.2.1\n", longer,
		longer);
	snprintf(kept, sizeof(kept), "3 1 0:6 / /y rw - nfs4 s:/%s rw,addr=192.0.2.1\n", longer);
	assert_kept("/proc/1/mountinfo", data, kept);
	snprintf(data, sizeof(data), "%.200s:x:7:7:Alice:/srv:/bin/sh\n", longer);
	snprintf(kept, sizeof(kept), "%.200s:x:7:7:::\n", longer);
	assert_kept("/etc/passwd", data, kept);
}

/* On a node of Proxmox VE, /etc/pve/qemu-server is a link. */
static void a_file_is_known_where_links_lead(void **state) {
	static const char guest[] = "#a\ncipassword: x\nsshkeys: x\nsmbios1: x\nipconfig0: x\n"
				    "args: -spice password=x,,y,addr=::1\nname: a\n",
			  kept[] = "\n\n\n\n\nargs: -spice password=,addr=::1\nname: a\n";

	assert_kept("/etc/pve/qemu-server/100.conf", guest, kept);
	assert_kept("/etc/pve/nodes/tea/qemu-server/100.conf", guest, kept);
	assert_kept("/data/etc/passwd", "a:$6$x:7:7:Alice:/srv:/bin/sh\n", "a:x:7:7:::\n");
	assert_kept("/data/etc/fstab", "//s/a /mnt cifs password=x 0 0\n",
		"//s/a /mnt cifs defaults\n");
	assert_kept("/data/libvirt/qemu/a.xml", "<a passwd='x'/>", "<a passwd=''/>");
	assert_kept("/data/libvirt/hooks/qemu", "secret\n", "\n");
	assert_true(keep_never("/data/etc/shadow"));
}

static void a_key_is_a_whole_one(void **state) {
	assert_kept("/etc/NetworkManager/system-connections/a",
		"id=a\nidentity=alice\ntype=wifi\ntypewriter=x\nuuid = b\nflags-of=x\n",
		"id=a\ntype=wifi\nuuid = b\n");
	assert_kept("/run/udev/data/b8:0",
		"E:ID_FS_LABEL=a\nE:ID_FS_LABEL_ENC=b\nE:ID_PATH=ip-192.0.2.1-iscsi-iqn.2004\n"
		"E:ID_MODEL_FROM_DATABASE=c\n",
		"E:ID_FS_LABEL=a\nE:ID_MODEL_FROM_DATABASE=c\n");
}

static void passwords_of_command_lines_are_left_out(void **state) {
	static const char line[] =
		"quiet rd.password=x luks.Key=\"x y\" keymap=de KEYTABLE=us a_pass=x "
		"iommu.passthrough=1 root=http://u:x@s/a netroot=iscsi:u:x@192.0.2.1:: "
		"ip=dhcp token=x\n",
			  kept[] = "quiet rd.password= luks.Key=\"\" keymap=de KEYTABLE=us a_pass= "
				   "iommu.passthrough=1 root=http://s/a netroot=iscsi:192.0.2.1:: "
				   "ip=dhcp token=\n";

	assert_kept("/proc/cmdline", line, kept);
	assert_kept("/etc/kernel/cmdline", line, kept);
	assert_kept("/var/lib/baton/boot/a", line, kept);
	assert_kept("/etc/default/grub", "A=\"quiet passwd=x\"\n", "A=\"quiet passwd=\"\n");
	assert_kept("/boot/loader/entries/a.conf", "options vfio-pci.ids=1:2 password=x\n",
		"options vfio-pci.ids=1:2 password=\n");
}

static void who_built_the_kernel_is_left_out(void **state) {
	assert_kept("/proc/version", "Linux version 6.1 (alice@tea) (gcc 12) #1\n",
		"Linux version 6.1 (user@host) (gcc 12) #1\n");
	assert_kept(
		"/proc/driver/nvidia/version", "Build  (alice@)  x\n", "Build  (user@host)  x\n");
}

/* Of two lines that are cut off, none takes from the other. */
static void a_line_ends_where_it_ends(void **state) {
	assert_kept("/usr/share/misc/pci.ids", "10de \n\t2484\n  NVIDIA\n", "10de \n");
	assert_kept("/lib/modules/6.1/modules.alias", "alias \nvfio_pci:a\nalias vfio_pci:b c\n",
		"alias vfio_pci:b c\n");
	assert_kept("/etc/fstab", "/dev/a /b\next4 x\n", "");
	assert_kept("/etc/passwd", "a:x\n:7:7\nb:x:8:8:::\n", "b:x:8:8:::\n");
}

static void what_a_guest_is_told_is_left_out(void **state) {
	assert_kept("/etc/libvirt/qemu/a.xml",
		"<title>x</title><!-- x --><serial type='pty'/><disk><serial>x</serial></disk>"
		"<sysinfo type='smbios'><system><entry name='serial'>x</entry></system></sysinfo>"
		"<sysinfo/><description>x</description><qemu:env name='A' value='x'/>"
		"<qemu:arg value='secret,id=a,data=x'/><qemu:arg value=':0,password=x,a=b'/><a/>",
		"<serial type='pty'/><disk></disk><qemu:arg value='secret,id=a,data='/>"
		"<qemu:arg value=':0,password=,a=b'/><a/>");
	assert_kept("/etc/libvirt/qemu/a.xml", "<a><title>x", "<a>");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_files_are_never_opened),
		cmocka_unit_test(of_a_process_only_devices_and_connections_are_kept),
		cmocka_unit_test(a_command_line_becomes_a_guests_name),
		cmocka_unit_test(a_processs_addresses_are_left_out),
		cmocka_unit_test(a_script_keeps_what_takes_devices),
		cmocka_unit_test(of_lists_only_our_devices_are_kept),
		cmocka_unit_test(a_serial_number_is_all_that_stays_of_config),
		cmocka_unit_test(the_index_of_modules_answers_its_question),
		cmocka_unit_test(passwords_are_left_out),
		cmocka_unit_test(long_columns_stay_whole),
		cmocka_unit_test(a_file_is_known_where_links_lead),
		cmocka_unit_test(a_key_is_a_whole_one),
		cmocka_unit_test(passwords_of_command_lines_are_left_out),
		cmocka_unit_test(who_built_the_kernel_is_left_out),
		cmocka_unit_test(a_line_ends_where_it_ends),
		cmocka_unit_test(what_a_guest_is_told_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
