// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/cores.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define CPUS 64

struct machine_of {
	unsigned int cores, threads; /* CPU n is a thread of core n modulo cores, as Linux counts */
	unsigned int per_cache;      /* cores behind one third-level cache */
	unsigned int per_node;
	unsigned int efficient; /* of the cores: the last ones, of one thread each */
};

/* Linux counts the efficient cores last, and theirs is one CPU each. */
static void make(const struct machine_of *of, struct cpu cpus[CPUS], struct topology *ret) {
	unsigned int fast = of->cores - of->efficient;

	*ret = (struct topology){
		.cpus = cpus, .smt = of->threads > 1, .mixed_cores = of->efficient > 0};
	for (unsigned int i = 0; i < fast * of->threads + of->efficient; i++) {
		bool efficient = i >= fast * of->threads;
		unsigned int core = efficient ? i - fast * (of->threads - 1) : i % fast;

		cpus[i] = (struct cpu){
			.number = i,
			.online = true,
			.core = (int)core,
			.node = (int)(core / of->per_node),
			.kind = efficient           ? CORE_EFFICIENT
				: of->efficient > 0 ? CORE_PERFORMANCE
						    : CORE_ALIKE,
		};
		for (size_t n = 0; n < CACHE_KINDS; n++) {
			cpus[i].caches[n] = CPU_NONE;
		}
		cpus[i].caches[CACHE_L3] = (int)(core / of->per_cache);
		ret->cpu_count++;
	}
}

static void a_guest_goes_to_whole_cores_behind_few_caches(void **state) {
	static const struct {
		const char *what;
		struct machine_of of;
		unsigned int vcpus;
		int node;
		const char *cpus, *rest;
		struct model_topology topology;
		unsigned int caches;
	} rows[] = {
		{"6 cores, SMT", {6, 2, 6, 6, 0}, 8, -1, "1-4,7-10", "5,11", {1, 1, 4, 2}, 1},
		{"all but one", {6, 2, 6, 6, 0}, 10, -1, "1-5,7-11", "0,6", {1, 1, 5, 2}, 1},
		{"one thread each", {6, 1, 6, 6, 0}, 4, -1, "1-4", "5", {1, 1, 4, 1}, 1},
		{"an odd number", {8, 2, 8, 8, 0}, 5, -1, "1-5", "6,14", {1, 1, 5, 1}, 1},
		{"two CCDs, fits one", {16, 2, 8, 16, 0}, 16, -1, "8-15,24-31", "1,17",
			{1, 1, 8, 2}, 1},
		{"two CCDs, the fuller one", {16, 2, 8, 16, 0}, 8, -1, "1-4,17-20", "5,21",
			{1, 1, 4, 2}, 1},
		{"over two CCDs", {16, 2, 8, 16, 0}, 24, -1, "1-6,8-13,17-22,24-29", "14,30",
			{1, 2, 6, 2}, 2},
		{"not in equal shares", {16, 2, 8, 16, 0}, 30, -1, "1-15,17-31", "0,16",
			{1, 1, 15, 2}, 0},
		{"the card's node", {16, 2, 8, 8, 0}, 8, 1, "8-11,24-27", "12,28", {1, 1, 4, 2}, 1},
		{"a node too small", {16, 2, 8, 8, 0}, 20, 0, "1-5,8-12,17-21,24-28", "13,29",
			{1, 2, 5, 2}, 2},
		{"6 fast cores of 14", {14, 2, 14, 14, 8}, 12, -1, "0-11", "12-19", {1, 1, 6, 2},
			1},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cpu cpus[CPUS];
		struct topology topology;
		AUTO_FREE struct placement *placement = calloc(1, sizeof(*placement));
		char text[MODEL_CPUS_TEXT_SIZE];
		unsigned int most;

		make(&rows[i].of, cpus, &topology);
		assert_non_null(placement);
		assert_int_equal(
			placement_make(&topology, rows[i].vcpus, rows[i].node, placement, &most),
			0);
		if (strcmp(model_cpus_format(&placement->guest, text), rows[i].cpus) != 0) {
			fail_msg("%s: %s", rows[i].what, text);
		}
		if (strcmp(model_cpus_format(&placement->rest, text), rows[i].rest) != 0) {
			fail_msg("%s: %s for the rest", rows[i].what, text);
		}
		assert_memory_equal(
			&placement->topology, &rows[i].topology, sizeof(rows[i].topology));
		assert_int_equal(placement->caches, rows[i].caches);
	}
}

static void threads_of_a_core_stand_side_by_side(void **state) {
	struct machine_of of = {8, 2, 8, 8, 0};
	struct cpu cpus[CPUS];
	struct topology topology;
	AUTO_FREE struct placement *placement = calloc(1, sizeof(*placement));
	unsigned int most;

	make(&of, cpus, &topology);
	assert_non_null(placement);
	assert_int_equal(placement_make(&topology, 6, -1, placement, &most), 0);
	for (unsigned int i = 0; i < 6; i += 2) {
		assert_int_equal(cpus[placement->cpus[i]].core, cpus[placement->cpus[i + 1]].core);
	}
}

static void the_host_keeps_a_core(void **state) {
	static const struct {
		struct machine_of of;
		unsigned int vcpus, most;
		int r;
	} rows[] = {
		{{6, 2, 6, 6, 0}, 12, 10, -ENOSPC},
		{{1, 2, 1, 1, 0}, 2, 0, -ENOSPC},
		{{14, 2, 14, 14, 8}, 14, 12, -ENOSPC},
		{{6, 2, 6, 6, 0}, 0, 0, -ENODATA},
		{{6, 2, 6, 6, 0}, MODEL_VCPUS_MAX + 1, 0, -ENODATA},
		{{0, 1, 1, 1, 0}, 4, 0, -ENODATA},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cpu cpus[CPUS];
		struct topology topology;
		AUTO_FREE struct placement *placement = calloc(1, sizeof(*placement));
		unsigned int most;

		make(&rows[i].of, cpus, &topology);
		assert_non_null(placement);
		assert_int_equal(
			placement_make(&topology, rows[i].vcpus, -1, placement, &most), rows[i].r);
		assert_int_equal(most, rows[i].most);
	}
}

static void lists_of_processors_are_read_as_libvirt_reads_them(void **state) {
	static const struct {
		const char *text, *again; /* NULL: it is none */
	} rows[] = {
		{"0", "0"},
		{"0-3,^2,8", "0,1,3,8"},
		{"4-5", "4,5"},
		{"1,2,3,5-7", "1-3,5-7"},
		{"1023", "1023"},
		{"1024", NULL},
		{"3-1", NULL},
		{"a", NULL},
		{"1;2", NULL},
		{"-1", NULL},
		{"1-", NULL},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct model_cpus cpus;
		char text[MODEL_CPUS_TEXT_SIZE];

		assert_int_equal(
			model_cpus_parse(rows[i].text, &cpus), rows[i].again ? 0 : -EINVAL);
		if (rows[i].again) {
			assert_string_equal(model_cpus_format(&cpus, text), rows[i].again);
		}
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_goes_to_whole_cores_behind_few_caches),
		cmocka_unit_test(threads_of_a_core_stand_side_by_side),
		cmocka_unit_test(the_host_keeps_a_core),
		cmocka_unit_test(lists_of_processors_are_read_as_libvirt_reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
