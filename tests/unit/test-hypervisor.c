// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/hypervisor.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine.h"
#include "setup/door.h"

#define UUID "6f1d4a52-0000-4000-8000-000000000001"

static const struct definition libvirt = {
	.hypervisor = HYPERVISOR_LIBVIRT,
	.key = "libvirt:" UUID,
	.title = "libvirt:-x",
	.name = "-x",
};
static const struct definition proxmox = {
	.hypervisor = HYPERVISOR_PROXMOX,
	.key = "proxmox:100",
	.title = "proxmox:100",
	.name = "100",
	.vmid = 100,
	.hookscript = PROXMOX_VOLUME,
};
static const struct definition unit = {
	.hypervisor = HYPERVISOR_UNIT,
	.key = "qemu:x",
	.unit = "x.service",
};

static void each_hypervisor_is_asked_by_its_own_command(void **state) {
	static const struct {
		const struct definition *definition;
		enum wish wish;
		const char *words;
	} rows[] = {
		{&libvirt, WISH_START, "virsh --connect qemu:///system start --domain " UUID " "},
		{&libvirt, WISH_STOP, "virsh --connect qemu:///system shutdown --domain " UUID " "},
		{&libvirt, WISH_FORCE, "virsh --connect qemu:///system destroy --domain " UUID " "},
		{&proxmox, WISH_START, "qm start 100 "},
		{&proxmox, WISH_STOP, "qm shutdown 100 --timeout 30 "},
		{&proxmox, WISH_FORCE, "qm stop 100 "},
		{&unit, WISH_START, ""},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_NAMES struct names words = {0};
		char line[256] = "";

		assert_int_equal(
			hypervisor_command(rows[i].definition, rows[i].wish, 30, &words), 0);
		for (size_t j = 0; j < words.count; j++) {
			strcat(strcat(line, words.names[j]), " ");
		}
		assert_string_equal(line, rows[i].words);
	}
}

static void a_program_is_looked_for_where_roots_own_are(void **state) {
	char path[64];

	assert_non_null(hypervisor_program("sh", path));
	assert_int_equal(path[0], '/');
	assert_int_equal(access(path, X_OK), 0);
	assert_null(hypervisor_program("no-such-program", path));
}

static struct machine make_machine(void) {
	struct machine machine;

	assert_int_equal(machine_make("", 0, &machine), 0);
	assert_int_equal(machine_write(&machine, "/usr/sbin/baton", "a program"), 0);
	assert_int_equal(machine_link(&machine, "/usr/sbin/baton-libvirt-hook", "baton"), 0);
	assert_int_equal(machine_link(&machine, "/usr/sbin/baton-proxmox-hook", "baton"), 0);
	return machine;
}

static void without_a_door_the_remedy_is_told(void **state) {
	struct definition other = proxmox;
	AUTO_MACHINE struct machine machine = make_machine();
	struct error error;

	assert_int_equal(hypervisor_check_door(machine.root, &libvirt, &error), -EPERM);
	assert_non_null(strstr(error.text, "baton install libvirt"));
	assert_int_equal(hypervisor_check_door(machine.root, &proxmox, &error), -EPERM);
	assert_non_null(strstr(error.text, "baton install proxmox 100"));
	assert_int_equal(hypervisor_check_door(machine.root, &unit, &error), 0);

	assert_int_equal(
		machine_link(&machine, door_proxmox_place.link, "/usr/sbin/baton-proxmox-hook"), 0);
	assert_int_equal(hypervisor_check_door(machine.root, &proxmox, &error), 0);
	other.hookscript[0] = '\0';
	assert_int_equal(hypervisor_check_door(machine.root, &other, &error), -EPERM);
	assert_non_null(strstr(error.text, "baton install proxmox 100"));
	strcpy(other.hookscript, "local:snippets/mine");
	assert_int_equal(hypervisor_check_door(machine.root, &other, &error), -EPERM);
	assert_non_null(strstr(error.text, "local:snippets/mine"));
}

static void a_libvirt_that_has_seen_no_hook_has_to_be_started_again(void **state) {
	AUTO_MACHINE struct machine machine = make_machine();
	struct error error;

	/* Started before the hook was there: its file is the older one. */
	assert_int_equal(machine_write(&machine, "/run/libvirtd.pid", "1\n"), 0);
	assert_int_equal(
		machine_link(&machine, door_libvirt_place.link, "/usr/sbin/baton-libvirt-hook"), 0);
	assert_int_equal(hypervisor_check_door(machine.root, &libvirt, &error), -EPERM);
	assert_non_null(strstr(error.text, "systemctl restart libvirtd"));
	assert_int_equal(machine_remove(&machine, "/run/libvirtd.pid"), 0);
	assert_int_equal(hypervisor_check_door(machine.root, &libvirt, &error), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_hypervisor_is_asked_by_its_own_command),
		cmocka_unit_test(a_program_is_looked_for_where_roots_own_are),
		cmocka_unit_test(without_a_door_the_remedy_is_told),
		cmocka_unit_test(a_libvirt_that_has_seen_no_hook_has_to_be_started_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
