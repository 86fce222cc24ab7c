// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/processors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Two clusters of two cores with two threads each, as on a Ryzen with two CCDs. */
static struct topology make(struct cpu cpus[8]) {
	for (unsigned int i = 0; i < 8; i++) {
		cpus[i] = (struct cpu){
			.number = i,
			.online = true,
			.core = (int)i % 4,
			.thread = i / 4,
			.caches = {CPU_NONE, CPU_NONE, (int)i % 4, (int)i % 4 / 2, CPU_NONE},
		};
	}
	return (struct topology){.cpus = cpus,
		.cpu_count = 8,
		.model = "AMD Ryzen",
		.cache_sizes_kib = {32, 32, 512, 98304, 0},
		.smt = true};
}

static void assert_lines(const struct topology *topology, const char *first, const char *second) {
	AUTO_NAMES struct names lines = {0};

	assert_int_equal(processors_of(topology, &lines), 0);
	assert_int_equal(lines.count, second ? 2 : 1);
	assert_string_equal(lines.names[0], first);
	if (second) {
		assert_string_equal(lines.names[1], second);
	}
}

static void those_that_share_a_cache_stand_in_one_line(void **state) {
	struct cpu cpus[8];
	struct topology topology = make(cpus);
	AUTO_TEXT struct text name = {0};

	assert_int_equal(processors_name(&topology, &name), 0);
	assert_string_equal(name.data,
		"AMD Ryzen: 4 cores, 8 threads; caches L1d 32K, L1i 32K, L2 512K, L3 96M");
	assert_lines(&topology, "CPUs 0-1,4-5: L3 cache 0, socket 0, node 0; siblings 0+4 1+5",
		"CPUs 2-3,6-7: L3 cache 1, socket 0, node 0; siblings 2+6 3+7");
}

static void kinds_of_cores_are_told_apart(void **state) {
	struct cpu cpus[8];
	struct topology topology = make(cpus);

	topology.smt = false;
	topology.cpu_count = 4;
	for (size_t i = 0; i < 4; i++) {
		cpus[i].caches[CACHE_L3] = 0;
		cpus[i].kind = i == 0 ? CORE_PERFORMANCE : CORE_EFFICIENT;
	}
	assert_lines(&topology, "CPUs 0: performance cores, L3 cache 0, socket 0, node 0",
		"CPUs 1-3: efficient cores, L3 cache 0, socket 0, node 0");
}

static void what_is_offline_is_only_counted(void **state) {
	struct cpu cpus[8];
	struct topology topology = make(cpus);

	topology.smt = false;
	topology.cpu_count = 2;
	cpus[1] = (struct cpu){.number = 1, .core = CPU_NONE};
	assert_lines(&topology, "CPUs 0: L3 cache 0, socket 0, node 0", "CPUs 1: offline");
}

static void who_tells_nothing_gets_no_line(void **state) {
	const struct topology none = {0};
	AUTO_TEXT struct text name = {0};
	AUTO_NAMES struct names lines = {0};

	assert_int_equal(processors_name(&none, &name), 0);
	assert_int_equal(name.length, 0);
	assert_int_equal(processors_of(&none, &lines), 0);
	assert_int_equal(lines.count, 0);
}

static void memory_is_told_by_node(void **state) {
	struct numa_node nodes[] = {
		{.number = 0,
			.total_kib = 32 << 20,
			.free_kib = 3 << 19,
			.pages = {{2048, 512, 12}, {1048576, 0, 0}},
			.pages_count = 2},
		{.number = 1},
	};
	const struct numa numa = {.nodes = nodes, .node_count = 2};
	AUTO_NAMES struct names lines = {0};

	assert_int_equal(memory_of(&numa, &lines), 0);
	assert_int_equal(lines.count, 1);
	assert_string_equal(
		lines.names[0], "Node 0: memory 32G, 1.5G free; huge pages of 2M: 512, 12 free");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_that_share_a_cache_stand_in_one_line),
		cmocka_unit_test(kinds_of_cores_are_told_apart),
		cmocka_unit_test(what_is_offline_is_only_counted),
		cmocka_unit_test(who_tells_nothing_gets_no_line),
		cmocka_unit_test(memory_is_told_by_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
