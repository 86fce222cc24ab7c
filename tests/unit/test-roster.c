// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/roster.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine.h"

static struct machine make_machine(void) {
	static const char *const files[][2] = {
		{"/etc/libvirt/qemu/win 11.xml",
			"<!-- of virsh -->\n<domain type='kvm'><name>win 11</name>"
			"<uuid>6f1d4a52-0000-4000-8000-000000000001</uuid><devices>"
			"<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' "
			"bus='0x01' slot='0x00' function='0x0'/></source></hostdev>"
			"<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' "
			"bus='0x01' slot='0x00' function='0x1'/></source></hostdev>"
			"</devices></domain>"},
		{"/etc/libvirt/qemu/broken.xml", "<domain>"},
		{"/etc/libvirt/qemu/notes.txt", "no guest"},
		{"/etc/libvirt/qemu/networks/default.xml", "<network/>"},
		{"/etc/pve/qemu-server/100.conf",
			"name: games\nhostpci0: 0000:01:00,pcie=1\nhostpci1: mapping=usb-card\n"
			"hookscript: local:snippets/baton\n"},
		{"/etc/pve/qemu-server/101.conf", "memory: 512\n[PENDING]\nhookscript: x:y\n"},
		{"/etc/pve/qemu-server/102.conf", "template: 1\nhostpci0: 0000:01:00\n"},
		{"/etc/pve/qemu-server/103.conf", "nonsense\n"},
		{"/etc/pve/qemu-server/x.conf", ""},
	};
	struct machine machine;

	assert_int_equal(machine_make("", 0, &machine), 0);
	for (size_t i = 0; i < COUNT(files); i++) {
		assert_int_equal(machine_write(&machine, files[i][0], files[i][1]), 0);
	}
	return machine;
}

static const char *text(const struct text *text) {
	return text->length ? text->data : "";
}

static void every_guest_is_there_with_its_devices(void **state) {
	static const struct {
		const char *title, *hookscript, *devices, *problem;
	} rows[] = {
		{"libvirt:broken", "", "", "/etc/libvirt/qemu/broken.xml: "},
		{"libvirt:win 11", "", "0000:01:00.0 0000:01:00.1", ""},
		{"proxmox:100 (games)", "local:snippets/baton", "0000:01:00 mapping=usb-card", ""},
		{"proxmox:101", "", "", ""},
		{"proxmox:103", "", "", "/etc/pve/qemu-server/103.conf:1: "},
	};
	AUTO_MACHINE struct machine machine = make_machine();
	AUTO_ROSTER struct roster roster = {0};
	struct error error;

	assert_int_equal(roster_read(machine.root, &roster, &error), 0);
	assert_int_equal(roster.count, COUNT(rows));
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct roster_guest *guest = &roster.guests[i];

		assert_string_equal(guest->title, rows[i].title);
		assert_string_equal(guest->hookscript, rows[i].hookscript);
		assert_string_equal(text(&guest->devices), rows[i].devices);
		assert_int_equal(guest->problem.length > 0, rows[i].problem[0] != '\0');
		assert_true(text_starts(text(&guest->problem), rows[i].problem));
	}
}

static void a_guest_is_found_by_what_people_call_it(void **state) {
	static const struct {
		const char *word, *title;
	} rows[] = {
		{"100", "proxmox:100 (games)"},
		{"proxmox:100", "proxmox:100 (games)"},
		{"games", "proxmox:100 (games)"},
		{"win 11", "libvirt:win 11"},
		{"libvirt:win 11", "libvirt:win 11"},
		{"102", NULL},
		{"", NULL},
		{"libvirt:100", NULL},
	};
	AUTO_MACHINE struct machine machine = make_machine();
	AUTO_ROSTER struct roster roster = {0};
	struct error error;

	assert_int_equal(roster_read(machine.root, &roster, &error), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct roster_guest *guest = NULL;

		assert_int_equal(roster_find(&roster, rows[i].word, &guest, &error),
			rows[i].title ? 0 : -ENOENT);
		assert_true(rows[i].title || strstr(error.text, "install --list"));
		if (guest) {
			assert_string_equal(guest->title, rows[i].title);
		}
	}
}

static void a_name_of_two_guests_is_no_name(void **state) {
	static const char definition[] =
		"<domain><name>games</name>"
		"<uuid>6f1d4a52-0000-4000-8000-000000000002</uuid></domain>";
	AUTO_MACHINE struct machine machine = make_machine();
	AUTO_ROSTER struct roster roster = {0};
	const struct roster_guest *guest = NULL;
	struct error error;

	assert_int_equal(machine_write(&machine, "/etc/libvirt/qemu/games.xml", definition), 0);
	assert_int_equal(roster_read(machine.root, &roster, &error), 0);
	assert_int_equal(roster_find(&roster, "games", &guest, &error), -EINVAL);
	assert_null(guest);
	assert_string_equal(error.text,
		"more than one guest is called \"games\": say libvirt:games or proxmox:100");
	assert_int_equal(roster_find(&roster, "libvirt:games", &guest, &error), 0);
	assert_string_equal(guest->key, "libvirt:6f1d4a52-0000-4000-8000-000000000002");
	assert_int_equal(roster_find(&roster, "proxmox:100", &guest, &error), 0);
	assert_string_equal(guest->key, "proxmox:100");
}

static void a_machine_without_hypervisors_has_no_guests(void **state) {
	AUTO_ROSTER struct roster roster = {0};
	AUTO_MACHINE struct machine machine;
	struct error error;

	assert_int_equal(machine_make("", 0, &machine), 0);
	assert_int_equal(roster_read(machine.root, &roster, &error), 0);
	assert_int_equal(roster.count, 0);
}

static void a_hookscript_is_read_from_the_main_section(void **state) {
	AUTO_MACHINE struct machine machine = make_machine();
	char hookscript[512] = "untouched";
	struct error error;

	assert_int_equal(roster_hookscript(machine.root, 999, hookscript, &error), -ENOENT);
	assert_int_equal(roster_hookscript(machine.root, 103, hookscript, &error), -EINVAL);
	assert_string_equal(hookscript, "untouched");
	assert_int_equal(roster_hookscript(machine.root, 100, hookscript, &error), 0);
	assert_string_equal(hookscript, "local:snippets/baton");
	assert_int_equal(roster_hookscript(machine.root, 101, hookscript, &error), 0);
	assert_string_equal(hookscript, "");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_guest_is_there_with_its_devices),
		cmocka_unit_test(a_guest_is_found_by_what_people_call_it),
		cmocka_unit_test(a_name_of_two_guests_is_no_name),
		cmocka_unit_test(a_machine_without_hypervisors_has_no_guests),
		cmocka_unit_test(a_hookscript_is_read_from_the_main_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
