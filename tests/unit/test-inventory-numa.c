// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/numa.h"

#include "snapshot.h"

static void a_node_has_memory_and_pages_of_each_size(void **state) {
	AUTO_MACHINE struct machine machine;
	AUTO_NUMA struct numa numa = {0};
	const struct numa_node *node;

	assert_int_equal(machine_load("amd-desktop", &machine), 0);
	assert_int_equal(numa_read(machine.root, &numa), 0);
	assert_int_equal(numa.node_count, 1);
	assert_int_equal(numa.default_hugepage_kib, 2048);
	node = &numa.nodes[0];
	assert_int_equal(node->number, 0);
	assert_int_equal(node->total_kib, 32810376);
	assert_int_equal(node->free_kib, 18234120);
	assert_int_equal(node->pages_count, 2);
	assert_int_equal(node->pages[0].size_kib, 2048);
	assert_int_equal(node->pages[0].count, 8);
	assert_int_equal(node->pages[0].free, 6);
	assert_int_equal(node->pages[1].size_kib, 1048576);
	assert_int_equal(node->pages[1].free, 2);
}

static void nodes_are_in_the_order_of_their_numbers(void **state) {
	static const char text[] = "P: /devices/system/node/node10\n"
				   "A: meminfo=Node 10 MemTotal:       100 kB\\n\n\n"
				   "P: /devices/system/node/node2\n"
				   "A: meminfo=Node 2 MemTotal:       0 kB\\n\n\n"
				   "P: /devices/system/node/power\nA: control=auto\n";
	AUTO_MACHINE struct machine machine;
	AUTO_NUMA struct numa numa = {0};

	assert_int_equal(machine_make(text, strlen(text), &machine), 0);
	assert_int_equal(numa_read(machine.root, &numa), 0);
	assert_int_equal(numa.node_count, 2);
	assert_int_equal(numa.nodes[0].number, 2);
	assert_int_equal(numa.nodes[0].total_kib, 0);
	assert_int_equal(numa.nodes[1].number, 10);
	assert_int_equal(numa.nodes[1].total_kib, 100);
}

static void a_kernel_without_nodes_has_one(void **state) {
	static const char text[] =
		"F: /proc/meminfo\n| MemTotal:   4096 kB\n| MemFree:   1024 kB\n"
		"| Hugepagesize:   2048 kB\n\n"
		"F: /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages\n| 3\n\n"
		"F: /sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages\n| 1\n\n"
		"F: /sys/kernel/mm/hugepages/hugepages-xkB/nr_hugepages\n| 3\n";
	AUTO_MACHINE struct machine machine;
	AUTO_NUMA struct numa numa = {0};

	assert_int_equal(machine_make(text, strlen(text), &machine), 0);
	assert_int_equal(numa_read(machine.root, &numa), 0);
	assert_int_equal(numa.node_count, 1);
	assert_int_equal(numa.nodes[0].total_kib, 4096);
	assert_int_equal(numa.nodes[0].pages_count, 1);
	assert_int_equal(numa.nodes[0].pages[0].free, 1);
}

static void a_machine_that_tells_nothing_has_none(void **state) {
	AUTO_MACHINE struct machine machine;
	AUTO_NUMA struct numa numa = {0};

	assert_int_equal(machine_load("no-iommu", &machine), 0);
	assert_int_equal(numa_read(machine.root, &numa), 0);
	assert_int_equal(numa.node_count, 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_has_memory_and_pages_of_each_size),
		cmocka_unit_test(nodes_are_in_the_order_of_their_numbers),
		cmocka_unit_test(a_kernel_without_nodes_has_one),
		cmocka_unit_test(a_machine_that_tells_nothing_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
