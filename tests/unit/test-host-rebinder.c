// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/rebinder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux-tree.h"

static struct tree tree;

/* The card that the files are asked about. */
static const struct device card = {
	.name = "0000:02:00.0",
	.identity = {.vendor = 0x1234,
		.device = 0x1111,
		.subsystem_vendor = 0x1af4,
		.subsystem_device = 0x1100},
	.class = 0x038000,
};

static int set_up(void **state) {
	tree_make(&tree);
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

/* Exactly one: as it is named to people. Empty: there is none. */
static void is(const char *expected) {
	AUTO_REBINDERS struct rebinders found = {0};
	AUTO_TEXT struct text text = {0};

	assert_int_equal(rebinders_read(tree.fd, &card, &found), 0);
	for (size_t i = 0; i < found.count; i++) {
		assert_true(text_add(&text, i ? "\n" : "") >= 0);
		assert_true(rebinder_format(&found.all[i], &text) >= 0);
	}
	assert_string_equal(text.data ? text.data : "", expected);
}

static void ids_match_as_vfio_pci_has_them(void **state) {
	static const struct {
		const char *list;
		bool matches;
	} rows[] = {
		{"1234:1111", true},
		{"10de:2484,1234:1111", true},
		{"1234:1111:1af4", true},
		{"1234:1111:1af4:1100", true},
		{"1234:1111:ffffffff:ffffffff:030000:ff0000", true},
		{"1234:ffffffff", true},
		{"10de:2484", false},
		{"1234:1112", false},
		{"1234:1111:1af5", false},
		{"1234:1111:1af4:1101", false},
		{"1234:1111:ffffffff:ffffffff:020000:ff0000", false},
		{"1234", false},
		{"", false},
		{",,", false},
		{"(null)", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rebinder_ids_match(rows[i].list, &card) != rows[i].matches) {
			fail_msg("\"%s\"", rows[i].list);
		}
	}
}

static void a_machine_without_any_has_none(void **state) {
	is("");
}

static void ids_of_modprobe_are_named_by_file_and_line(void **state) {
	tree_file(&tree, "etc/modprobe.d/vfio.conf",
		"# options vfio-pci ids=1234:1111\n"
		"options vfio-pci ids=10de:2484\n"
		"options nvidia ids=1234:1111\n"
		"\n"
		"options vfio_pci disable_vga=1 \\\n"
		"  ids=10de:2484,1234:1111\n");
	is("the options of vfio-pci in /etc/modprobe.d/vfio.conf:5");
	/* Hidden by the administrator's of that name. */
	tree_file(&tree, "usr/lib/modprobe.d/vfio.conf", "options vfio-pci ids=1234:1111\n");
	is("the options of vfio-pci in /etc/modprobe.d/vfio.conf:5");
	tree_file(&tree, "etc/modprobe.d/vfio.conf", "");
	is("");
}

static void ids_of_the_command_line_are_named(void **state) {
	tree_file(&tree, "proc/cmdline", "quiet vfio-pci.ids=10de:2484 iommu=pt\n");
	is("");
	tree_file(&tree, "proc/cmdline", "quiet vfio_pci.ids=10de:2484,1234:1111\n");
	is("vfio-pci.ids= on the kernel's command line, /proc/cmdline");
}

static void a_rule_counts_if_its_matches_do_not_exclude_the_device(void **state) {
	static const struct {
		const char *rule;
		bool counts;
	} rows[] = {
		{"SUBSYSTEM==\"pci\", ATTR{driver_override}=\"vfio-pci\"", true},
		{"KERNEL==\"0000:02:00.0\", ATTR{driver_override}=\"vfio-pci\"", true},
		{"KERNEL==\"0000:02:*\", ATTR{driver_override}=\"vfio-pci\"", true},
		{"KERNEL==\"0000:01:00.0|0000:02:00.0\", ATTR{driver_override}=\"x\"", true},
		{"KERNEL==\"0000:01:00.0\", ATTR{driver_override}=\"vfio-pci\"", false},
		{"KERNEL!=\"0000:02:00.0\", ATTR{driver_override}=\"vfio-pci\"", false},
		{"KERNEL!=\"0000:01:00.0\", ATTR{driver_override}=\"vfio-pci\"", true},
		{"ATTR{vendor}==\"0x1234\", ATTR{device}==\"0x1111\", RUN+=\"driverctl x\"", true},
		{"ATTR{vendor}==\"0x10de\", ATTR{driver_override}=\"vfio-pci\"", false},
		{"ENV{PCI_ID}==\"1234:1111\", ATTR{driver_override} = \"vfio-pci\"", true},
		{"ENV{PCI_ID}==\"10DE:*\", ATTR{driver_override}=\"vfio-pci\"", false},
		{"ENV{PCI_SLOT_NAME}==\"0000:02:00.0\", ATTR{driver_override}=\"x\"", true},
		{"ENV{SOMETHING}==\"else\", ATTR{driver_override}=\"vfio-pci\"", true},
		{"SUBSYSTEM==\"usb\", ATTR{driver_override}=\"vfio-pci\"", false},
		{"DRIVER==\"vfio-pci\", MODE=\"0660\"", false},
		{"ATTR{[drivers/vfio-pci]new_id}=\"1234 1111\"", true},
		{"RUN+=\"/bin/sh -c 'echo 1 >/sys/bus/pci/drivers/vfio-pci/bind'\"", true},
		{"RUN+=\"/bin/true\"", false},
		{"LABEL=\"vfio_pci_end\"", false},
		{"SUBSYSTEM!=\"pci\", GOTO=\"vfio_pci_end\"", false},
		{"SUBSYSTEM==\"pci\", TAG+=\"vfio-pci\", SYMLINK+=\"vfio-pci\"", false},
		{"GOTO=\"end\"\nATTR{driver_override}=\"x\"\nLABEL=\"end\"", false},
		{"GOTO=\"end\"\nLABEL=\"end\"\nATTR{driver_override}=\"x\"", true},
		{"KERNEL==\"0000:02:00.0\", GOTO=\"end\"\nATTR{driver_override}=\"x\"", false},
		{"KERNEL!=\"0000:02:00.0\", GOTO=\"end\"\nATTR{driver_override}=\"x\"", true},
		{"ACTION!=\"bind\", GOTO=\"end\"\nATTR{driver_override}=\"x\"", true},
		{"# ATTR{driver_override}=\"vfio-pci\"", false},
		{"garbage vfio-pci", false},
		{"ATTR{driver_override=\"vfio-pci\"", false},
		{"ATTR{driver_override}=\"vfio-pci", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_REBINDERS struct rebinders found = {0};

		tree_file(&tree, "etc/udev/rules.d/10-x.rules", rows[i].rule);
		assert_int_equal(rebinders_read(tree.fd, &card, &found), 0);
		if (found.count != rows[i].counts) {
			fail_msg("%s", rows[i].rule);
		}
	}
}

static void a_rule_is_named_by_the_first_of_its_lines(void **state) {
	tree_file(&tree, "etc/udev/rules.d/10-x.rules",
		"\n# a card\nACTION==\"bind\", \\\n  SUBSYSTEM==\"pci\", \\\n"
		"  ATTR{driver_override}=\"vfio-pci\"\n");
	is("the udev rule /etc/udev/rules.d/10-x.rules:3");
	tree_file(&tree, "usr/lib/udev/rules.d/10-x.rules", "ATTR{driver_override}=\"vfio-pci\"\n");
	is("the udev rule /etc/udev/rules.d/10-x.rules:3");
	tree_unlink(&tree, "etc/udev/rules.d/10-x.rules");
	is("the udev rule /usr/lib/udev/rules.d/10-x.rules:1");
	tree_link(&tree, "etc/udev/rules.d/10-x.rules", "/dev/null");
	is("");
	/* A label is looked for in its own file. */
	tree_file(&tree, "etc/udev/rules.d/09-x.rules", "GOTO=\"end\"\n");
	tree_file(&tree, "etc/udev/rules.d/11-x.rules", "ATTR{driver_override}=\"vfio-pci\"\n");
	is("the udev rule /etc/udev/rules.d/11-x.rules:1");
}

/* Only modprobe's comments go on in the next line. */
static void a_comment_hides_no_line_after_it(void **state) {
	tree_file(&tree, "etc/udev/rules.d/10-x.rules",
		"# a card \\\nATTR{driver_override}=\"vfio-pci\"\n");
	is("the udev rule /etc/udev/rules.d/10-x.rules:2");
	tree_file(&tree, "etc/udev/rules.d/10-x.rules",
		"SUBSYSTEM==\"pci\", \\\n# for a guest\n  ATTR{driver_override}=\"x\"\n");
	is("the udev rule /etc/udev/rules.d/10-x.rules:1");
	tree_file(&tree, "etc/udev/rules.d/10-x.rules", "");
	tree_file(&tree, "etc/modprobe.d/vfio.conf",
		"# not now \\\noptions vfio-pci ids=1234:1111\n");
	is("");
}

static void a_rule_whose_script_takes_devices_counts(void **state) {
	static const char script[] = "#!/bin/sh\necho vfio-pci >\"$1/driver_override\"\n";

	tree_file(&tree, "etc/udev/rules.d/10-x.rules",
		"ACTION==\"bind\", RUN+=\"/usr/local/bin/grab %p\"\n");
	is("");
	tree_file(&tree, "usr/local/bin/grab", "#!/bin/sh\n# vfio-pci\nlogger \"$@\"\n");
	is("");
	tree_file(&tree, "usr/local/bin/grab", script);
	is("the udev rule /etc/udev/rules.d/10-x.rules:1");
	/* A program's strings say nothing. */
	tree_file(&tree, "usr/local/bin/grab", "\177ELF\nvfio-pci\n");
	is("");
	tree_file(&tree, "etc/udev/rules.d/10-x.rules", "ACTION==\"bind\", RUN+=\"grab %p\"\n");
	tree_file(&tree, "usr/lib/udev/grab", script);
	is("the udev rule /etc/udev/rules.d/10-x.rules:1");
}

static void driverctl_has_a_file_for_the_device(void **state) {
	tree_file(&tree, "etc/driverctl.d/0000:01:00.0", "vfio-pci\n");
	is("");
	tree_file(&tree, "etc/driverctl.d/0000:02:00.0", "vfio-pci\n");
	is("driverctl's /etc/driverctl.d/0000:02:00.0:1");
	tree_unlink(&tree, "etc/driverctl.d/0000:02:00.0");
	tree_file(&tree, "etc/driverctl.d/pci-0000:02:00.0", "vfio-pci\n");
	is("driverctl's /etc/driverctl.d/pci-0000:02:00.0:1");
}

/* driverctl's own, which every machine has that has driverctl. */
static void a_rule_that_tests_for_a_file_counts_if_it_is_there(void **state) {
	static const char rule[] =
		"TEST==\"/etc/driverctl.d/$env{SUBSYSTEM}-$kernel\", TAG+=\"systemd\", "
		"ENV{SYSTEMD_WANTS}=\"driverctl@$env{SUBSYSTEM}-$kernel.service\"";

	tree_file(&tree, "usr/lib/udev/rules.d/05-driverctl.rules", rule);
	is("");
	tree_file(&tree, "etc/driverctl.d/pci-0000:01:00.0", "vfio-pci\n");
	is("");
	tree_file(&tree, "etc/driverctl.d/pci-0000:02:00.0", "vfio-pci\n");
	is("driverctl's /etc/driverctl.d/pci-0000:02:00.0:1");
}

static void hooks_that_hand_over_devices_themselves_are_named(void **state) {
	tree_file(&tree, "etc/libvirt/hooks/qemu",
		"#!/bin/sh\nset -e\necho \"$1\" >/sys/bus/pci/drivers/nvidia/unbind\n");
	is("");
	assert_int_equal(fchmodat(tree.fd, "etc/libvirt/hooks/qemu", 0755, 0), 0);
	is("the hook /etc/libvirt/hooks/qemu:3");
	/* baton's own is a program. */
	tree_file(&tree, "etc/libvirt/hooks/qemu", "\177ELF vfio-pci");
	is("");
}

static void units_are_named_by_what_they_start(void **state) {
	tree_file(&tree, "etc/systemd/system/vfio.service",
		"[Unit]\nDescription=new_id\n[Service]\nType=oneshot\n"
		"ExecStart=-/bin/sh -c 'echo 1234 1111 >/sys/bus/pci/drivers/vfio-pci/new_id'\n");
	tree_file(&tree, "etc/systemd/system/plain.service", "[Service]\nExecStart=/bin/true\n");
	is("the unit /etc/systemd/system/vfio.service:5");
	tree_file(&tree, "etc/systemd/system/vfio.service",
		"[Service]\nExecStartPre=/usr/local/sbin/cards\n");
	is("");
	tree_file(&tree, "usr/local/sbin/cards", "#!/bin/sh\ndriverctl set-override \"$1\" x\n");
	is("the unit /etc/systemd/system/vfio.service:2");
	tree_file(&tree, "etc/systemd/system/vfio.service",
		"[Service]\nExecStop=/usr/local/sbin/cards\n");
	is("the unit /etc/systemd/system/vfio.service:2");
	tree_unlink(&tree, "etc/systemd/system/vfio.service");
	tree_file(&tree, "etc/systemd/system/sshd.service.d/10-x.conf",
		"[Service]\nExecStartPost=/usr/local/sbin/cards\n");
	is("the unit /etc/systemd/system/sshd.service.d/10-x.conf:2");
}

static void a_unit_that_is_disabled_is_not_named(void **state) {
	static const char text[] =
		"[Service]\nExecStart=/bin/sh -c 'echo 1234 1111 >/sys/bus/pci/drivers/vfio-pci/new_id'\n"
		"[Install]\nWantedBy=multi-user.target\n";
	static const char *const wants[] = {
		"etc/systemd/system/multi-user.target.wants/vfio.service",
		"run/systemd/system/graphical.target.requires/vfio.service",
		"etc/systemd/system/vfio.timer"};

	tree_file(&tree, "etc/systemd/system/vfio.service", text);
	is("");
	tree_file(&tree, "etc/systemd/system/multi-user.target.wants/other.service", "");
	is("");
	for (size_t i = 0; i < COUNT(wants); i++) {
		tree_file(&tree, wants[i], "");
		is("the unit /etc/systemd/system/vfio.service:2");
		tree_unlink(&tree, wants[i]);
	}
	tree_unlink(&tree, "etc/systemd/system/vfio.service");
	tree_file(&tree, "etc/systemd/system/card@.service", text);
	is("");
	tree_file(&tree, "etc/systemd/system/multi-user.target.wants/card@0.service", "");
	is("the unit /etc/systemd/system/card@.service:2");
}

/* Is there exactly one, and does it give vfio-pci ids? */
static void gives_ids(bool expected) {
	AUTO_REBINDERS struct rebinders found = {0};

	assert_int_equal(rebinders_read(tree.fd, &card, &found), 0);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.all[0].ids, expected);
}

/* Only then are they the culprits of what vfio-pci took by an id. */
static void what_writes_ids_is_known_for_that_wherever_it_stands(void **state) {
	static const char writes[] = "echo 1234 1111 >/sys/bus/pci/drivers/vfio-pci/new_id\n";

	tree_file(&tree, "usr/local/sbin/give", "#!/bin/sh\nmodprobe vfio-pci\n");
	tree_file(&tree, "etc/systemd/system/x.service",
		"[Service]\nExecStart=/usr/local/sbin/give\n");
	gives_ids(false);
	tree_file(&tree, "usr/local/sbin/give", writes);
	gives_ids(true);
	tree_file(&tree, "usr/local/sbin/give", "modprobe vfio-pci\necho $1 >/sys/x/new_id\n");
	gives_ids(true);
	tree_file(&tree, "usr/local/sbin/give", "modprobe vfio-pci ids=1234:1111\n");
	gives_ids(true);
	tree_file(&tree, "usr/local/sbin/give", writes);
	tree_file(&tree, "etc/systemd/system/x.service",
		"[Service]\nExecStart=/usr/local/sbin/give vfio-pci\n");
	gives_ids(true);
	tree_unlink(&tree, "etc/systemd/system/x.service");
	tree_file(&tree, "etc/udev/rules.d/10-x.rules", "RUN+=\"/usr/local/sbin/give\"\n");
	gives_ids(true);
	tree_unlink(&tree, "etc/udev/rules.d/10-x.rules");
	tree_file(&tree, "etc/libvirt/hooks/qemu", writes);
	assert_int_equal(fchmodat(tree.fd, "etc/libvirt/hooks/qemu", 0755, 0), 0);
	gives_ids(true);
}

static void what_is_no_plain_file_is_not_opened(void **state) {
	static const char script[] = "echo vfio-pci >driver_override\n";
	int inotify = inotify_init1(IN_NONBLOCK);
	char path[64], events[4096];

	tree_file(&tree, "etc/systemd/system/x.service",
		"[Service]\nExecStart=/bin/cards /dev/watchdog /proc/kmsg /sys/file\n");
	tree_file(&tree, "dev/watchdog", script);
	tree_file(&tree, "proc/kmsg", script);
	tree_file(&tree, "sys/file", script);
	tree_file(&tree, "bin/x", "");
	assert_int_equal(mkfifoat(tree.fd, "bin/cards", 0600), 0);
	for (size_t i = 0; i < 4; i++) {
		static const char *const names[] = {
			"dev/watchdog", "proc/kmsg", "sys/file", "bin/cards"};

		snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", tree.fd, names[i]);
		assert_true(inotify_add_watch(inotify, path, IN_OPEN) >= 0);
	}
	is("");
	assert_int_equal(read(inotify, events, sizeof(events)), -1);
	close(inotify);
}

static void what_is_read_has_limits(void **state) {
	AUTO_REBINDERS struct rebinders found = {0};
	char many[200 * 40] = "";

	for (int i = 0; i < 200; i++) {
		strcat(many, "ATTR{driver_override}=\"vfio-pci\"\n");
	}
	tree_file(&tree, "etc/udev/rules.d/10-x.rules", many);
	assert_int_equal(rebinders_read(tree.fd, &card, &found), 0);
	assert_int_equal(found.count, REBINDERS_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(ids_match_as_vfio_pci_has_them),
		TEST(a_machine_without_any_has_none),
		TEST(ids_of_modprobe_are_named_by_file_and_line),
		TEST(ids_of_the_command_line_are_named),
		TEST(a_rule_counts_if_its_matches_do_not_exclude_the_device),
		TEST(a_rule_is_named_by_the_first_of_its_lines),
		TEST(a_comment_hides_no_line_after_it),
		TEST(a_rule_whose_script_takes_devices_counts),
		TEST(driverctl_has_a_file_for_the_device),
		TEST(a_rule_that_tests_for_a_file_counts_if_it_is_there),
		TEST(hooks_that_hand_over_devices_themselves_are_named),
		TEST(units_are_named_by_what_they_start),
		TEST(a_unit_that_is_disabled_is_not_named),
		TEST(what_writes_ids_is_known_for_that_wherever_it_stands),
		TEST(what_is_no_plain_file_is_not_opened),
		TEST(what_is_read_has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
