// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/node.h"

#include <errno.h>
#include <string.h>

#include "host/holder/nvidia.h"
#include "snapshot.h"

static struct nodes nodes_of(const struct snapshot *snapshot) {
	struct nodes nodes = {0};

	assert_int_equal(nodes_read(snapshot->machine.root, &snapshot->host, &nodes), 0);
	return nodes;
}

static void assert_device(const struct node *node, const char *name) {
	assert_non_null(node);
	assert_int_equal(address_compare(node->device, address_of(name)), 0);
}

static void every_node_of_a_card_leads_to_its_function(void **state) {
	static const char *const expected[][2] = {
		{"dri/card0", "0000:0a:00.0"},
		{"dri/renderD128", "0000:0a:00.0"},
		{"i2c-3", "0000:0a:00.0"},
		{"i2c-4", "0000:0a:00.3"},
		{"snd/controlC1", "0000:0a:00.1"},
		{"snd/pcmC1D3p", "0000:0a:00.1"},
		{"nvidia0", "0000:0a:00.0"},
		{"nvidiactl", "0000:0a:00.0"},
		{"nvidia-modeset", "0000:0a:00.0"},
		{"nvidia-uvm", "0000:0a:00.0"},
		{"nvme0n1p2", "0000:01:00.0"},
	};
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	AUTO_NODES struct nodes nodes = nodes_of(&snapshot);

	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_device(nodes_find_name(&nodes, expected[i][0]), expected[i][1]);
	}
}

static void a_keyboard_does_not_hold_its_controller(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	AUTO_NODES struct nodes nodes = nodes_of(&snapshot);

	assert_null(nodes_find_name(&nodes, "event9"));
	assert_null(nodes_find_name(&nodes, "input/event9"));
}

static void a_sockets_event_does_not_hold_its_sound_card(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	AUTO_NODES struct nodes nodes = {0};

	/* "something is plugged in": no directory of its own between the card and the device */
	assert_int_equal(machine_link(&snapshot.machine, "/sys/dev/char/13:76",
				 "../../devices/pci0000:00/0000:00:03.1/0000:0a:00.1/sound/card1/"
				 "input12/event12"),
		0);
	nodes = nodes_of(&snapshot);
	assert_null(nodes_find_name(&nodes, "event12"));
	assert_non_null(nodes_find_name(&nodes, "snd/controlC1"));
}

static void the_nearest_function_counts_even_if_the_snapshot_lacks_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");
	static const char link[] =
		"../../devices/pci0000:00/0000:00:0e.0/pci10000:00/10000:00:02.0/"
		"10000:01:00.0/nvme/nvme0/nvme0n1";
	struct address devices[NODE_DEVICES_MAX];
	struct host empty = {0};

	assert_int_equal(node_devices(&snapshot.host, link, devices), 2);
	assert_int_equal(address_compare(devices[0], address_of("0000:00:0e.0")), 0);
	assert_int_equal(address_compare(devices[1], address_of("10000:01:00.0")), 0);
	assert_int_equal(node_devices(&empty, link, devices), 1);
	assert_int_equal(address_compare(devices[0], address_of("10000:01:00.0")), 0);
	assert_int_equal(node_devices(&empty, "../../devices/virtual/mem/null", devices), 0);
}

static void nodes_are_found_by_kind_and_number(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	AUTO_NODES struct nodes nodes = nodes_of(&snapshot);
	struct node number = {.major = 226, .minor = 128};

	assert_string_equal(nodes_find(&nodes, &number)->name, "dri/renderD128");
	number.block = true;
	assert_null(nodes_find(&nodes, &number));
	number = (struct node){.block = true, .major = 259, .minor = 2};
	assert_string_equal(nodes_find(&nodes, &number)->name, "nvme0n1p2");
	number = (struct node){.major = UINT32_MAX, .minor = UINT32_MAX};
	assert_null(nodes_find(&nodes, &number));
	nodes_free(&nodes);
	assert_null(nodes_find(&nodes, &number));
}

static void a_group_stands_for_each_of_its_devices(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");
	AUTO_NODES struct nodes nodes = nodes_of(&snapshot);
	const struct node number = {.major = 235, .minor = 0};
	const struct node *node = nodes_find(&nodes, &number);

	assert_device(node, "0000:e1:00.0");
	assert_string_equal(node->name, "vfio/139");
	node = nodes_next(&nodes, node + 1, &number);
	assert_device(node, "0000:e1:00.1");
	assert_null(nodes_next(&nodes, node + 1, &number));
}

static void nodes_of_the_whole_driver_are_nobodys_where_there_are_several_cards(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("twins");
	AUTO_NODES struct nodes nodes = nodes_of(&snapshot);

	assert_device(nodes_find_name(&nodes, "nvidia1"), "0000:21:00.0");
	assert_device(nodes_find_name(&nodes, "nvidia0"), "0000:61:00.0");
	assert_null(nodes_find_name(&nodes, "nvidiactl"));
}

static void parts_of_the_only_card_are_the_cards(void **state) {
	static const char top[] = "/proc/driver/nvidia/capabilities";
	AUTO_SNAPSHOT struct snapshot one = snapshot_take("nvidia-single");
	AUTO_SNAPSHOT struct snapshot two = snapshot_take("twins");
	AUTO_NODES struct nodes nodes_one = {0}, nodes_two = {0};
	const struct machine *machines[] = {&one.machine, &two.machine};
	char path[128];

	for (size_t i = 0; i < COUNT(machines); i++) {
		assert_int_equal(machine_write(machines[i], "/proc/devices",
					 "Character devices:\n195 nvidia-frontend\n236 "
					 "nvidia-caps\n"),
			0);
		snprintf(path, sizeof(path), "%s/gpu0/mig/gi1/access", top);
		assert_int_equal(machine_write(machines[i], path,
					 "DeviceFileMinor: 12\nDeviceFileMode: 292\n"),
			0);
		snprintf(path, sizeof(path), "%s/mig/config", top);
		assert_int_equal(machine_write(machines[i], path, "DeviceFileMinor: 1\n"), 0);
	}
	nodes_one = nodes_of(&one);
	nodes_two = nodes_of(&two);
	assert_device(nodes_find_name(&nodes_one, "nvidia-caps/nvidia-cap12"), "0000:0a:00.0");
	assert_int_equal(nodes_find_name(&nodes_one, "nvidia-caps/nvidia-cap12")->major, 236);
	assert_non_null(nodes_find_name(&nodes_one, "nvidia-caps/nvidia-cap1"));
	assert_null(nodes_find_name(&nodes_two, "nvidia-caps/nvidia-cap12"));
}

static void kfd_is_told_only_of_a_single_amd_card(void **state) {
	static const char kfd[] = "../../devices/virtual/kfd/kfd";
	AUTO_SNAPSHOT struct snapshot one = snapshot_take("amd-desktop");
	AUTO_SNAPSHOT struct snapshot two = snapshot_take("sata-in-group");
	AUTO_NODES struct nodes nodes_one = {0}, nodes_two = {0};

	assert_int_equal(machine_link(&one.machine, "/sys/dev/char/234:0", kfd), 0);
	assert_int_equal(machine_link(&two.machine, "/sys/dev/char/234:0", kfd), 0);
	nodes_one = nodes_of(&one);
	nodes_two = nodes_of(&two);
	assert_device(nodes_find_name(&nodes_one, "kfd"), "0000:03:00.0");
	assert_null(nodes_find_name(&nodes_two, "kfd"));
}

static void a_nested_node_is_not_named_after_the_card_above_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_NODES struct nodes nodes = {0};

	assert_int_equal(machine_link(&snapshot.machine, "/sys/dev/char/89:9",
				 "../../devices/pci0000:00/0000:03:00.0/drm/card0/card0-DP-1/"
				 "i2c-9/i2c-dev/i2c-9"),
		0);
	nodes = nodes_of(&snapshot);
	assert_device(nodes_find_name(&nodes, "i2c-9"), "0000:03:00.0");
}

static void a_disk_behind_a_virtual_nvme_subsystem_is_its_controllers(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_NODES struct nodes nodes = nodes_of(&snapshot);

	assert_device(nodes_find_name(&nodes, "nvme0n1p1"), "0000:04:00.0");
	assert_device(nodes_find_name(&nodes, "dm-0"), "0000:04:00.0");
}

static void a_volume_over_two_disks_is_both_their_controllers(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	AUTO_NODES struct nodes nodes = {0};
	const struct node number = {.block = true, .major = 9, .minor = 0};
	const struct node *node;

	assert_int_equal(machine_link(&snapshot.machine, "/sys/dev/block/9:0",
				 "../../devices/virtual/block/md0"),
		0);
	assert_int_equal(machine_link(&snapshot.machine, "/sys/class/block/md0",
				 "../../devices/virtual/block/md0"),
		0);
	assert_int_equal(
		machine_write(&snapshot.machine, "/sys/devices/virtual/block/md0/slaves/sda1", ""),
		0);
	assert_int_equal(
		machine_write(&snapshot.machine, "/sys/devices/virtual/block/md0/slaves/sda2", ""),
		0);
	assert_int_equal(machine_write(&snapshot.machine,
				 "/sys/devices/virtual/block/md0/slaves/nvme0n1p1", ""),
		0);
	nodes = nodes_of(&snapshot);
	node = nodes_find(&nodes, &number);
	assert_device(node, "0000:01:00.0");
	node = nodes_next(&nodes, node + 1, &number);
	assert_device(node, "0000:02:00.1");
	assert_null(nodes_next(&nodes, node + 1, &number));
}

static void volumes_in_a_circle_end(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	AUTO_NODES struct nodes nodes = {0};
	static const char *const names[] = {"dm-1", "dm-2"};

	for (size_t i = 0; i < COUNT(names); i++) {
		char path[128], target[128];

		snprintf(target, sizeof(target), "../../devices/virtual/block/%s", names[i]);
		snprintf(path, sizeof(path), "/sys/dev/block/253:%zu", i);
		assert_int_equal(machine_link(&snapshot.machine, path, target), 0);
		snprintf(path, sizeof(path), "/sys/class/block/%s", names[i]);
		assert_int_equal(machine_link(&snapshot.machine, path, target), 0);
		snprintf(path, sizeof(path), "/sys/devices/virtual/block/%s/slaves/%s", names[i],
			names[1 - i]);
		assert_int_equal(machine_write(&snapshot.machine, path, ""), 0);
	}
	nodes = nodes_of(&snapshot);
	assert_null(nodes_find_name(&nodes, "dm-1"));
}

static void what_nvidia_says_is_read_line_by_line(void **state) {
	uint32_t value = 7;

	assert_int_equal(nvidia_minor_parse("Model: x\nDevice Minor: \t 12\n", &value), 0);
	assert_int_equal(value, 12);
	assert_int_equal(nvidia_minor_parse("", &value), -ENOENT);
	assert_int_equal(nvidia_minor_parse("Device Minor: none\n", &value), -ENOENT);
	assert_int_equal(character_major_parse("Character devices:\n  1 mem\n509 nvidia-uvm\n",
				 "nvidia-uvm", &value),
		0);
	assert_int_equal(value, 509);
	assert_int_equal(
		character_major_parse("Character devices:\n\nBlock devices:\n9 md\n", "md", &value),
		-ENOENT);
	assert_int_equal(value, 509);
}

static void numbers_are_whole(void **state) {
	struct node node = {0};

	assert_int_equal(node_set_number(&node, "226:128"), 0);
	assert_int_equal(node.major, 226);
	assert_int_equal(node.minor, 128);
	assert_int_equal(node_set_number(&node, "226:128x"), -EINVAL);
	assert_int_equal(node_set_number(&node, "226"), -EINVAL);
	assert_int_equal(node_set_number(&node, ""), -EINVAL);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_node_of_a_card_leads_to_its_function),
		cmocka_unit_test(a_keyboard_does_not_hold_its_controller),
		cmocka_unit_test(a_sockets_event_does_not_hold_its_sound_card),
		cmocka_unit_test(the_nearest_function_counts_even_if_the_snapshot_lacks_it),
		cmocka_unit_test(nodes_are_found_by_kind_and_number),
		cmocka_unit_test(a_group_stands_for_each_of_its_devices),
		cmocka_unit_test(
			nodes_of_the_whole_driver_are_nobodys_where_there_are_several_cards),
		cmocka_unit_test(parts_of_the_only_card_are_the_cards),
		cmocka_unit_test(kfd_is_told_only_of_a_single_amd_card),
		cmocka_unit_test(a_nested_node_is_not_named_after_the_card_above_it),
		cmocka_unit_test(a_disk_behind_a_virtual_nvme_subsystem_is_its_controllers),
		cmocka_unit_test(a_volume_over_two_disks_is_both_their_controllers),
		cmocka_unit_test(volumes_in_a_circle_end),
		cmocka_unit_test(what_nvidia_says_is_read_line_by_line),
		cmocka_unit_test(numbers_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
