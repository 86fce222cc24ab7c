// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/guest.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "machine.h"

/* What a configuration means is shown in tests/proxmox; here is where the files are found. */

#define CONF    "/etc/pve/nodes/pve1/qemu-server/100.conf"
#define MAPPING "/etc/pve/mapping/pci.cfg"
#define MAP     "\tmap id=10de:1f08,iommugroup=14,node=pve1,path=0000:02:00\n"

/* A node as pmxcfs shows it. */
static struct machine make_node(void) {
	static const char *const links[][2] = {
		{"/etc/pve/local", "nodes/pve1"},
		{"/etc/pve/qemu-server", "nodes/pve1/qemu-server"},
		{"/etc/pve/lxc", "nodes/pve1/lxc"},
	};
	struct machine machine;

	assert_int_equal(machine_make("", 0, &machine), 0);
	assert_int_equal(machine_write(&machine, "/etc/pve/nodes/pve1/lxc/200.conf", ""), 0);
	for (size_t i = 0; i < COUNT(links); i++) {
		assert_int_equal(machine_link(&machine, links[i][0], links[i][1]), 0);
	}
	return machine;
}

static void put(const struct machine *machine, const char *path, const char *data) {
	assert_int_equal(machine_write(machine, path, data), 0);
}

static struct proxmox_guest read_guest(
	const struct machine *machine, unsigned int vmid, const char *migrated_from) {
	struct proxmox_guest guest;
	struct error error = {{0}};

	if (proxmox_read(machine->root, vmid, migrated_from, 0, &guest, &error) < 0) {
		fail_msg("%s", error.text);
	}
	return guest;
}

static void refuses(
	const struct machine *machine, const char *migrated_from, int r, const char *sentence) {
	struct proxmox_guest guest = {.device_count = 99};
	struct error error = {{0}};

	assert_int_equal(proxmox_read(machine->root, 100, migrated_from, 0, &guest, &error), r);
	assert_string_equal(error.text, sentence);
	assert_int_equal(guest.device_count, 99);
}

static void a_guest_is_known_by_number_and_shown_with_its_name(void **state) {
	AUTO_MACHINE struct machine machine = make_node();
	struct proxmox_guest guest;

	put(&machine, CONF, "name: win11\nlock: backup\n");
	guest = read_guest(&machine, 100, NULL);
	assert_string_equal(guest.guest, "proxmox:100");
	assert_string_equal(guest.title, "proxmox:100 (win11)");
	assert_string_equal(guest.name, "win11");
	assert_string_equal(guest.lock, "backup");
	assert_false(guest.container);

	put(&machine, CONF, "cores: 4\n");
	guest = read_guest(&machine, 100, NULL);
	assert_string_equal(guest.title, "proxmox:100");
	assert_string_equal(guest.name, "");
}

static void the_longest_name_of_the_highest_number_fits(void **state) {
	AUTO_MACHINE struct machine machine = make_node();
	AUTO_TEXT struct text text = {0};
	struct proxmox_guest guest;

	assert_int_equal(text_add(&text, "name: %0*d\n", PROXMOX_NAME_SIZE - 1, 1), 0);
	put(&machine, "/etc/pve/nodes/pve1/qemu-server/4294967295.conf", text.data);
	guest = read_guest(&machine, 4294967295, NULL);
	assert_int_equal(strlen(guest.name), PROXMOX_NAME_SIZE - 1);
	assert_int_equal(strlen(guest.title), strlen("proxmox:4294967295 ()") + strlen(guest.name));
}

static void a_container_gets_no_device(void **state) {
	AUTO_MACHINE struct machine machine = make_node();
	struct proxmox_guest guest = read_guest(&machine, 200, NULL);

	assert_true(guest.container);
	assert_string_equal(guest.guest, "proxmox:200");
	assert_string_equal(guest.title, "proxmox:200");
	assert_int_equal(guest.device_count, 0);
}

static void a_guest_that_is_nowhere_is_not_found(void **state) {
	AUTO_MACHINE struct machine machine = make_node();
	static const char sentence[] =
		"there is no guest 100 on this node: neither /etc/pve/qemu-server/100.conf nor /etc/pve/lxc/100.conf is there";

	refuses(&machine, NULL, -ENOENT, sentence);
	refuses(&machine, "pve2", -ENOENT, sentence);
	put(&machine, "/etc/pve/nodes/pve2/qemu-server/100.conf", "");
	refuses(&machine, NULL, -ENOENT, sentence);
}

static void a_guest_that_is_migrated_is_found_where_it_comes_from(void **state) {
	AUTO_MACHINE struct machine machine = make_node();
	struct proxmox_guest guest;

	put(&machine, "/etc/pve/nodes/pve2/qemu-server/100.conf", "hostpci0: mapping=gpu0\n");
	put(&machine, MAPPING, "gpu0\n\tmap id=10de:1f08,node=pve2,path=0000:03:00\n" MAP);
	guest = read_guest(&machine, 100, "pve2");
	assert_int_equal(guest.device_count, 1);
	assert_int_equal(guest.devices[0].selection.address.bus, 2); /* as on this node */

	put(&machine, "/etc/pve/nodes/pve2/qemu-server/100.conf", "hostpci0: 0A:00\n");
	refuses(&machine, "pve2", -EINVAL,
		"/etc/pve/nodes/pve2/qemu-server/100.conf:1: hostpci0: Proxmox takes small letters only: write 0a:00, not 0A:00");
	put(&machine, CONF, "hostpci0: 04:00\n");
	guest = read_guest(&machine, 100, "pve2");
	assert_int_equal(guest.devices[0].selection.address.bus, 4);
}

static void a_node_it_comes_from_leads_nowhere_else(void **state) {
	static const char *const names[] = {"", ".", "..", "../nodes/pve2", "pve2/", "-", "pve 2",
		"a234567890123456789012345678901234567890123456789012345678901234"};
	AUTO_MACHINE struct machine machine = make_node();

	put(&machine, CONF, "");
	for (size_t i = 0; i < COUNT(names); i++) {
		refuses(&machine, names[i], -EINVAL,
			"the guest comes from a node with a name that no node can have");
	}
}

static void a_node_without_its_link_has_its_host_s_name(void **state) {
	AUTO_MACHINE struct machine machine = make_node();

	put(&machine, CONF, "hostpci0: mapping=gpu0\n");
	put(&machine, MAPPING, "gpu0\n" MAP);
	put(&machine, "/etc/hostname", "other\n");
	assert_int_equal(read_guest(&machine, 100, NULL).device_count, 1);

	assert_int_equal(machine_remove(&machine, "/etc/pve/local"), 0);
	refuses(&machine, NULL, -EINVAL,
		"/etc/pve/qemu-server/100.conf:1: hostpci0: mapping gpu0 has no device on node other: add one under Datacenter, Resource Mappings");
	put(&machine, "/etc/hostname", "pve1.example\n");
	assert_int_equal(read_guest(&machine, 100, NULL).device_count, 1);

	assert_int_equal(machine_remove(&machine, "/etc/hostname"), 0);
	refuses(&machine, NULL, -EINVAL,
		"/etc/pve/qemu-server/100.conf:1: hostpci0: neither the link /etc/pve/local nor /etc/hostname says what this node is called: is pve-cluster.service up?");
}

static void without_a_file_of_mappings_there_is_none(void **state) {
	AUTO_MACHINE struct machine machine = make_node();

	put(&machine, CONF, "\nhostpci0: mapping=gpu0\n");
	refuses(&machine, NULL, -EINVAL,
		"/etc/pve/qemu-server/100.conf:2: hostpci0: there is no mapping gpu0 in /etc/pve/mapping/pci.cfg: add it under Datacenter, Resource Mappings, or name the device itself");
}

static void a_description_of_a_megabyte_is_read_over(void **state) {
	AUTO_MACHINE struct machine machine = make_node();
	AUTO_TEXT struct text text = {0};
	struct proxmox_guest guest;

	while (text.length < 1 << 20) {
		assert_int_equal(
			text_add(&text, "#hostpci1%%3A 05%%3A00 is what I had before\n"), 0);
	}
	assert_int_equal(text_add(&text, "hostpci0: 01:00\n"), 0);
	put(&machine, CONF, text.data);
	guest = read_guest(&machine, 100, NULL);
	assert_int_equal(guest.device_count, 1);
	assert_int_equal(guest.devices[0].selection.address.bus, 1);
}

static void what_is_no_file_or_too_large_is_an_error(void **state) {
	AUTO_MACHINE struct machine machine = make_node();
	AUTO_TEXT struct text text = {0};

	put(&machine, CONF "/x", "");
	refuses(&machine, "pve2", -EISDIR,
		"cannot read /etc/pve/qemu-server/100.conf: Is a directory");
	assert_int_equal(machine_remove(&machine, CONF), 0);
	assert_int_equal(text_add(&text, "#%0*d", (int)PROXMOX_CONF_MAX, 1), 0);
	put(&machine, CONF, text.data);
	refuses(&machine, NULL, -EFBIG,
		"cannot read /etc/pve/qemu-server/100.conf: File too large");
}

static void files_that_args_name_are_read(void **state) {
	AUTO_MACHINE struct machine machine = make_node();
	struct proxmox_guest guest;

	put(&machine, CONF, "args: -readconfig /etc/card.cfg\n");
	refuses(&machine, NULL, -EINVAL,
		"/etc/pve/qemu-server/100.conf:1: args: cannot read /etc/card.cfg: No such file or directory");
	put(&machine, "/etc/card.cfg",
		"[device \"card\"]\ndriver = \"vfio-pci\"\nhost = \"07:00.0\"\n");
	guest = read_guest(&machine, 100, NULL);
	assert_int_equal(guest.device_count, 1);
	assert_int_equal(guest.devices[0].selection.address.bus, 7);
	assert_string_equal(guest.devices[0].source, "args");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_is_known_by_number_and_shown_with_its_name),
		cmocka_unit_test(the_longest_name_of_the_highest_number_fits),
		cmocka_unit_test(a_container_gets_no_device),
		cmocka_unit_test(a_guest_that_is_nowhere_is_not_found),
		cmocka_unit_test(a_guest_that_is_migrated_is_found_where_it_comes_from),
		cmocka_unit_test(a_node_it_comes_from_leads_nowhere_else),
		cmocka_unit_test(a_node_without_its_link_has_its_host_s_name),
		cmocka_unit_test(without_a_file_of_mappings_there_is_none),
		cmocka_unit_test(a_description_of_a_megabyte_is_read_over),
		cmocka_unit_test(what_is_no_file_or_too_large_is_an_error),
		cmocka_unit_test(files_that_args_name_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
