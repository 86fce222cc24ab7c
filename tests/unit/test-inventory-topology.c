// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/topology.h"

#include <errno.h>

#include "snapshot.h"

static void take(const char *name, struct machine *machine, struct topology *topology) {
	assert_int_equal(machine_load(name, machine), 0);
	assert_int_equal(topology_read(machine->root, topology), 0);
}

static void siblings_and_caches_are_told_by_equal_numbers(void **state) {
	AUTO_MACHINE struct machine machine;
	AUTO_TOPOLOGY struct topology topology = {0};
	const struct cpu *two, *three, *eight;

	take("amd-desktop", &machine, &topology);
	two = topology_cpu(&topology, 2);
	three = topology_cpu(&topology, 3);
	eight = topology_cpu(&topology, 8);
	assert_int_equal(topology.cpu_count, 12);
	assert_string_equal(topology.model, "AMD Ryzen 5 3600 6-Core Processor");
	assert_string_equal(topology.vendor, "AuthenticAMD");
	assert_true(topology.smt);
	assert_false(topology.mixed_cores);
	assert_int_equal(two->core, eight->core); /* SMT */
	assert_int_equal(two->thread, 0);
	assert_int_equal(eight->thread, 1);
	assert_int_equal(two->caches[CACHE_L2], eight->caches[CACHE_L2]);
	assert_int_not_equal(two->core, three->core);
	assert_int_not_equal(two->caches[CACHE_L3], three->caches[CACHE_L3]); /* clusters */
	assert_int_equal(two->caches[CACHE_L4], CPU_NONE);
	assert_int_equal(topology.cache_sizes_kib[CACHE_L3], 16384);
	assert_int_equal(two->max_mhz, 4208);
	assert_int_equal(two->node, 0);
	assert_null(topology_cpu(&topology, 12));
}

static void fast_and_slow_cores_are_told_apart(void **state) {
	AUTO_MACHINE struct machine machine;
	AUTO_TOPOLOGY struct topology topology = {0};
	const struct cpu *cpus;

	take("intel-arc", &machine, &topology);
	cpus = topology.cpus;
	assert_true(topology.mixed_cores);
	assert_int_equal(cpus[0].kind, CORE_PERFORMANCE);
	assert_int_equal(cpus[1].core, 0);
	assert_int_equal(cpus[12].kind, CORE_EFFICIENT);
	assert_int_equal(cpus[12].core, 6);
	assert_int_equal(cpus[13].core, 7);
	assert_int_equal(cpus[12].thread, 0);
	assert_int_equal(cpus[12].caches[CACHE_L2], cpus[15].caches[CACHE_L2]);
	assert_int_equal(cpus[0].caches[CACHE_L3], cpus[15].caches[CACHE_L3]);
	assert_int_equal(cpus[15].max_mhz, 3600);
}

static void what_is_offline_or_kept_free_is_said(void **state) {
	AUTO_MACHINE struct machine machine;
	AUTO_TOPOLOGY struct topology topology = {0}, again = {0};

	take("amd-desktop", &machine, &topology);
	assert_int_equal(
		machine_write(&machine, "/sys/devices/system/cpu/online", "0-7,9-11\n"), 0);
	assert_int_equal(machine_write(&machine, "/sys/devices/system/cpu/isolated", "3,9\n"), 0);
	assert_int_equal(topology_read(machine.root, &again), 0);
	assert_int_equal(again.cpu_count, 12);
	assert_false(again.cpus[8].online);
	assert_int_equal(again.cpus[8].core, CPU_NONE);
	assert_int_equal(again.cpus[8].caches[CACHE_L3], CPU_NONE);
	assert_true(again.cpus[9].online);
	assert_int_equal(again.cpus[9].core, again.cpus[3].core);
	assert_true(again.cpus[9].isolated);
	assert_false(again.cpus[8].isolated);
}

static void two_sockets_have_nodes_of_their_own(void **state) {
	static const char text[] = "F: /sys/devices/system/cpu/present\n| 0-1\n\n"
				   "F: /sys/devices/system/cpu/online\n| 0-1\n\n"
				   "P: /devices/system/cpu/cpu0\n"
				   "A: topology/thread_siblings_list=0\n" /* before Linux 5.3 */
				   "A: topology/physical_package_id=0\n\n"
				   "P: /devices/system/cpu/cpu1\n"
				   "A: topology/thread_siblings_list=1\n"
				   "A: topology/physical_package_id=1\n\n"
				   "P: /devices/system/node/node0\nA: cpulist=0\n\n"
				   "P: /devices/system/node/node12\nA: cpulist=1\n";
	AUTO_MACHINE struct machine machine;
	AUTO_TOPOLOGY struct topology topology = {0};

	assert_int_equal(machine_make(text, strlen(text), &machine), 0);
	assert_int_equal(topology_read(machine.root, &topology), 0);
	assert_int_equal(topology.cpus[1].socket, 1);
	assert_int_equal(topology.cpus[1].core, 1);
	assert_int_equal(topology.cpus[1].node, 12);
	assert_int_equal(topology.cpus[1].die, CPU_NONE);
	assert_false(topology.smt);
	assert_string_equal(topology.model, "");
}

static void nonsense_is_no_processor(void **state) {
	static const char *const lists[] = {
		"", "x", "1-", "-1", "3-1", "0,", "0-99999", "5,3", "0 1"};
	AUTO_MACHINE struct machine machine;

	assert_int_equal(machine_load("amd-desktop", &machine), 0);
	for (size_t i = 0; i < COUNT(lists); i++) {
		AUTO_TOPOLOGY struct topology topology = {0};

		assert_int_equal(
			machine_write(&machine, "/sys/devices/system/cpu/present", lists[i]), 0);
		assert_int_equal(topology_read(machine.root, &topology), 0);
		assert_in_range(topology.cpu_count, 0, 1);
	}
	assert_int_equal(machine_remove(&machine, "/sys/devices/system"), 0);
	for (size_t i = 0; i < 1; i++) {
		AUTO_TOPOLOGY struct topology topology = {0};

		assert_int_equal(topology_read(machine.root, &topology), 0);
		assert_int_equal(topology.cpu_count, 0);
	}
}

static int add(void *context, unsigned int number) {
	*(unsigned int *)context += number;
	return number == 7 ? 7 : 0;
}

static void a_list_is_read_to_its_end_or_not_at_all(void **state) {
	unsigned int sum = 0;

	assert_int_equal(cpu_list_each("0-3,5", add, &sum), 0);
	assert_int_equal(sum, 11);
	assert_int_equal(cpu_list_each("6-9", add, &sum), 7);
	assert_int_equal(sum, 24);
	assert_int_equal(cpu_list_each("", add, &sum), 0);
	assert_int_equal(cpu_list_each("1,,2", add, &sum), -EINVAL);
	assert_int_equal(cpu_list_each("8192", add, &sum), -EINVAL);
	assert_int_equal(cpu_list_each("0-3/2", add, &sum), -EINVAL);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siblings_and_caches_are_told_by_equal_numbers),
		cmocka_unit_test(fast_and_slow_cores_are_told_apart),
		cmocka_unit_test(what_is_offline_or_kept_free_is_said),
		cmocka_unit_test(two_sockets_have_nodes_of_their_own),
		cmocka_unit_test(nonsense_is_no_processor),
		cmocka_unit_test(a_list_is_read_to_its_end_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
