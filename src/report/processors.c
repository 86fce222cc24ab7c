// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/processors.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "report/trait.h"

static size_t count_cores(const struct topology *topology, size_t *ret_threads) {
	size_t cores = 0;

	*ret_threads = 0;
	for (size_t i = 0; i < topology->cpu_count; i++) {
		cores += topology->cpus[i].online && topology->cpus[i].thread == 0;
		*ret_threads += topology->cpus[i].online;
	}
	return cores;
}

int processors_name(const struct topology *topology, struct text *ret) {
	static const char *const names[CACHE_KINDS] = {"L1d", "L1i", "L2", "L3", "L4"};
	size_t threads, cores = count_cores(topology, &threads), count = 0;
	char size[16];
	int r;

	if (threads == 0) {
		return text_add(ret, "%s", topology->model);
	}
	r = text_add(ret, "%s: %zu core%s, %zu thread%s",
		topology->model[0] ? topology->model : "processor", cores, cores == 1 ? "" : "s",
		threads, threads == 1 ? "" : "s");
	for (size_t i = 0; r == 0 && i < CACHE_KINDS; i++) {
		if (topology->cache_sizes_kib[i]) {
			r = text_add(ret, "%s%s %s", count++ ? ", " : "; caches ", names[i],
				trait_size(topology->cache_sizes_kib[i] * 1024, size));
		}
	}
	return r;
}

/* Do both stand in one line? */
static bool is_same(const struct cpu *a, const struct cpu *b) {
	return a->online == b->online && a->socket == b->socket && a->node == b->node &&
	       a->kind == b->kind && a->caches[CACHE_L3] == b->caches[CACHE_L3];
}

/* The numbers of those that are the same as the first: "0-5,12-17". */
static int add_numbers(const struct topology *topology, const struct cpu *first, struct text *ret) {
	size_t begun = 0, count = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i <= topology->cpu_count; i++) {
		bool fits = i < topology->cpu_count && is_same(&topology->cpus[i], first);
		unsigned int end = i > 0 ? topology->cpus[i - 1].number : 0;

		if (fits && (count == 0 || topology->cpus[i].number == end + 1)) {
			begun = count++ ? begun : i;
			continue;
		}
		if (count > 0) {
			unsigned int start = topology->cpus[begun].number;

			r = text_add(ret, "%s%u", text_ends(ret->data, " ") ? "" : ",", start);
			r = r < 0 || start == end ? r : text_add(ret, "-%u", end);
		}
		begun = i;
		count = fits;
	}
	return r;
}

/* "0+12 1+13": the CPUs of each core. */
static int add_siblings(
	const struct topology *topology, const struct cpu *first, struct text *ret) {
	int r = text_add(ret, "; siblings");

	for (size_t i = 0; r == 0 && i < topology->cpu_count; i++) {
		const struct cpu *cpu = &topology->cpus[i];

		if (cpu->thread != 0 || !is_same(cpu, first)) {
			continue;
		}
		r = text_add(ret, " %u", cpu->number);
		for (size_t j = 0; r == 0 && j < topology->cpu_count; j++) {
			const struct cpu *other = &topology->cpus[j];

			if (other->online && other->core == cpu->core && other != cpu) {
				r = text_add(ret, "+%u", other->number);
			}
		}
	}
	return r;
}

static int describe(const struct topology *topology, const struct cpu *first, struct text *ret) {
	static const char *const kinds[] = {[CORE_ALIKE] = "",
		[CORE_PERFORMANCE] = "performance cores, ",
		[CORE_EFFICIENT] = "efficient cores, "};
	int r = text_add(ret, "CPUs ");

	r = r < 0 ? r : add_numbers(topology, first, ret);
	if (r < 0 || !first->online) {
		return r < 0 ? r : text_add(ret, ": offline");
	}
	r = text_add(ret, ": %s", kinds[first->kind]);
	if (r == 0 && first->caches[CACHE_L3] != CPU_NONE) {
		r = text_add(ret, "L3 cache %d, ", first->caches[CACHE_L3]);
	}
	r = r < 0 ? r : text_add(ret, "socket %d, node %d", first->socket, first->node);
	return r < 0 || !topology->smt ? r : add_siblings(topology, first, ret);
}

static bool is_first(const struct topology *topology, size_t index) {
	for (size_t i = 0; i < index; i++) {
		if (is_same(&topology->cpus[i], &topology->cpus[index])) {
			return false;
		}
	}
	return true;
}

int processors_of(const struct topology *topology, struct names *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < topology->cpu_count; i++) {
		AUTO_TEXT struct text line = {0};

		if (is_first(topology, i)) {
			r = describe(topology, &topology->cpus[i], &line);
			r = r < 0 ? r : names_add(ret, line.data);
		}
	}
	return r;
}

static int describe_node(const struct numa_node *node, struct text *ret) {
	char size[16], free_size[16];
	int r = text_add(ret, "Node %d: memory %s, %s free", node->number,
		trait_size(node->total_kib * 1024, size),
		trait_size(node->free_kib * 1024, free_size));

	for (size_t i = 0; r == 0 && i < node->pages_count; i++) {
		const struct hugepages *pages = &node->pages[i];

		if (pages->count > 0) {
			r = text_add(ret, "; huge pages of %s: %" PRIu64 ", %" PRIu64 " free",
				trait_size(pages->size_kib * 1024, size), pages->count,
				pages->free);
		}
	}
	return r;
}

int memory_of(const struct numa *numa, struct names *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < numa->node_count; i++) {
		AUTO_TEXT struct text line = {0};

		if (numa->nodes[i].total_kib > 0) {
			r = describe_node(&numa->nodes[i], &line);
			r = r < 0 ? r : names_add(ret, line.data);
		}
	}
	return r;
}
