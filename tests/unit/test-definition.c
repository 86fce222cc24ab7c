// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/definition.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "machine.h"

#define UUID "6f1d4a52-0000-4000-8000-000000000001"

#define HOSTDEV                                                                                    \
	"<hostdev mode='subsystem' type='pci'><driver model='nvgrace-gpu-vfio-pci'/><source>"      \
	"<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>"

static struct machine make_machine(void) {
	static const char *const files[][2] = {
		{"/etc/libvirt/qemu/win11.xml", "<domain><name>win11</name><uuid>" UUID
						"</uuid><devices>" HOSTDEV "</devices></domain>"},
		{"/etc/libvirt/qemu/broken.xml", "<domain>"},
		{"/etc/pve/qemu-server/100.conf", "name: games\nhostpci0: 0000:01:00\n"},
		{"/etc/pve/qemu-server/101.conf", "name: plain\nhostpci0: 0000:02:00\n"},
		{"/etc/baton/guests/plain.conf", "[guest]\nunit = plain@1.service\n"},
		{"/etc/baton/guests/alone.conf", "[guest]\nunit = alone.service\n"},
		{"/etc/baton/guests/win11.conf", "[policy]\nlosses = refuse\n"},
		{"/etc/baton/guests/odd.conf", "[guest]\nunit = odd\n"},
	};
	struct machine machine;

	assert_int_equal(machine_make("", 0, &machine), 0);
	for (size_t i = 0; i < COUNT(files); i++) {
		assert_int_equal(machine_write(&machine, files[i][0], files[i][1]), 0);
	}
	return machine;
}

static void a_guest_is_found_by_all_its_names(void **state) {
	static const struct {
		const char *word, *key, *title, *name, *unit;
		enum hypervisor hypervisor;
	} rows[] = {
		{"win11", "libvirt:" UUID, "libvirt:win11", "win11", "", HYPERVISOR_LIBVIRT},
		{"libvirt:win11", "libvirt:" UUID, "libvirt:win11", "win11", "",
			HYPERVISOR_LIBVIRT},
		{"100", "proxmox:100", "proxmox:100", "100", "", HYPERVISOR_PROXMOX},
		{"proxmox:100", "proxmox:100", "proxmox:100", "100", "", HYPERVISOR_PROXMOX},
		{"games", "proxmox:100", "proxmox:100", "100", "", HYPERVISOR_PROXMOX},
		{"alone", "qemu:alone", "qemu:alone", "alone", "alone.service", HYPERVISOR_UNIT},
		{"qemu:plain", "qemu:plain", "qemu:plain", "plain", "plain@1.service",
			HYPERVISOR_UNIT},
	};
	AUTO_MACHINE struct machine machine = make_machine();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct definition definition;
		struct error error = {0};

		if (definition_find(machine.root, CONFIGURATION_OWNER_ANY, rows[i].word,
			    &definition, &error) < 0) {
			fail_msg("%s: %s", rows[i].word, error.text);
		}
		assert_string_equal(definition.key, rows[i].key);
		assert_string_equal(definition.title, rows[i].title);
		assert_string_equal(definition.name, rows[i].name);
		assert_string_equal(definition.unit, rows[i].unit);
		assert_int_equal(definition.hypervisor, rows[i].hypervisor);
	}
}

static void what_names_no_guest_or_two_is_told(void **state) {
	static const struct {
		const char *word;
		int r;
		const char *saying;
	} rows[] = {
		{"nobody", -ENOENT, "baton install --list"},
		{"libvirt:alone", -ENOENT, "baton install --list"},
		{"qemu:win11", -ENOENT, "guests/win11.conf has no [guest]"},
		{"qemu:nobody", -ENOENT, "guests/nobody.conf has no [guest]"},
		{"plain", -EINVAL, "say proxmox:101 or qemu:plain"},
		{"broken", -EINVAL, "/etc/libvirt/qemu/broken.xml"},
		{"odd", -EINVAL, "guests/odd.conf:2: unit = \"odd\""},
		{"", -ENOENT, "install --list"},
		{"../x", -ENOENT, "install --list"},
	};
	AUTO_MACHINE struct machine machine = make_machine();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct definition definition;
		struct error error = {0};

		assert_int_equal(definition_find(machine.root, CONFIGURATION_OWNER_ANY,
					 rows[i].word, &definition, &error),
			rows[i].r);
		if (!strstr(error.text, rows[i].saying)) {
			fail_msg("%s: %s", rows[i].word, error.text);
		}
	}
}

static void what_is_wrong_elsewhere_keeps_nobody_from_a_guest(void **state) {
	AUTO_MACHINE struct machine machine = make_machine();
	struct definition definition;
	struct error error = {0};

	assert_int_equal(machine_write(&machine, "/etc/baton/baton.conf", "[polcy]\n"), 0);
	assert_int_equal(machine_write(&machine, "/etc/baton/guests/100.conf", "[polcy]\n"), 0);
	assert_int_equal(definition_find(machine.root, CONFIGURATION_OWNER_ANY, "win11",
				 &definition, &error),
		0);
	assert_int_equal(definition_find(machine.root, CONFIGURATION_OWNER_ANY, "alone",
				 &definition, &error),
		0);
	assert_string_equal(definition.unit, "alone.service");
	assert_int_equal(
		definition_find(machine.root, CONFIGURATION_OWNER_ANY, "100", &definition, &error),
		0);
	assert_string_equal(definition.key, "proxmox:100");
}

static int add(const struct machine *machine, const char *word, struct request *request,
	struct error *error) {
	struct device devices[] = {{.address = {.bus = 1}}, {.address = {.bus = 1, .function = 1}}};
	const struct host host = {.devices = devices, .device_count = COUNT(devices)};
	struct definition definition;
	int r = definition_find(machine->root, CONFIGURATION_OWNER_ANY, word, &definition, error);

	assert_int_equal(r, 0);
	*request = (struct request){0};
	definition_name(&definition, request);
	return definition_add(machine->root, &definition, &host, request, error);
}

static void a_guest_stands_for_what_its_definition_asks_for(void **state) {
	AUTO_MACHINE struct machine machine = make_machine();
	struct request request;
	struct error error = {0};

	assert_int_equal(add(&machine, "win11", &request, &error), 0);
	assert_int_equal(request.device_count, 1);
	assert_string_equal(request.guest, "libvirt:" UUID);
	assert_string_equal(request.title, "libvirt:win11");
	assert_int_equal(add(&machine, "100", &request, &error), 0);
	assert_int_equal(request.device_count, 2);
	assert_string_equal(request.guest, "proxmox:100");
	assert_int_equal(add(&machine, "alone", &request, &error), -EOPNOTSUPP);
	assert_non_null(strstr(error.text, "alone.service"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_is_found_by_all_its_names),
		cmocka_unit_test(what_names_no_guest_or_two_is_told),
		cmocka_unit_test(what_is_wrong_elsewhere_keeps_nobody_from_a_guest),
		cmocka_unit_test(a_guest_stands_for_what_its_definition_asks_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
