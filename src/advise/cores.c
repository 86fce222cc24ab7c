// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/cores.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

#define CORES_MAX   MODEL_CPUS_MAX
#define THREADS_MAX 8

struct core {
	int number;
	int node;
	int cache; /* the one of the third level, or of the second where there is none */
	bool efficient, first; /* first: it has CPU 0 */
	bool taken;
	unsigned int cpus[THREADS_MAX];
	unsigned int count;
};

struct cores {
	struct core items[CORES_MAX];
	size_t count;
	unsigned int threads; /* of each that a guest may have */
	bool mixed;
};

static struct core *find_core(struct cores *cores, int number) {
	for (size_t i = 0; i < cores->count; i++) {
		if (cores->items[i].number == number) {
			return &cores->items[i];
		}
	}
	return NULL;
}

static int cache_of(const struct cpu *cpu) {
	return cpu->caches[CACHE_L3] != CPU_NONE ? cpu->caches[CACHE_L3] : cpu->caches[CACHE_L2];
}

static void add_cpu(struct cores *cores, const struct cpu *cpu) {
	struct core *core = find_core(cores, cpu->core);

	if (!core && cores->count < CORES_MAX) {
		core = &cores->items[cores->count++];
		*core = (struct core){
			.number = cpu->core,
			.node = cpu->node,
			.cache = cache_of(cpu),
			.efficient = cpu->kind == CORE_EFFICIENT,
		};
	}
	if (core && core->count < THREADS_MAX && cpu->number < MODEL_CPUS_MAX) {
		core->cpus[core->count++] = cpu->number;
		core->first = core->first || cpu->number == 0;
	}
}

/* A guest's cores are alike: as many threads as the fewest of those that it may have. */
static void read_cores(const struct topology *topology, struct cores *ret) {
	ret->mixed = topology->mixed_cores;
	for (size_t i = 0; i < topology->cpu_count; i++) {
		if (topology->cpus[i].online) {
			add_cpu(ret, &topology->cpus[i]);
		}
	}
	ret->threads = THREADS_MAX;
	for (size_t i = 0; i < ret->count; i++) {
		const struct core *core = &ret->items[i];

		if (!core->efficient && core->count < ret->threads) {
			ret->threads = core->count;
		}
	}
}

/* The host keeps its efficient cores, or the one with CPU 0, which has most of its own work. */
static bool may_go(const struct cores *cores, const struct core *core) {
	return !core->taken && !core->efficient && (cores->mixed || !core->first);
}

static unsigned int count_free(const struct cores *cores, int node, int cache) {
	unsigned int count = 0;

	for (size_t i = 0; i < cores->count; i++) {
		const struct core *core = &cores->items[i];

		count += may_go(cores, core) && (node < 0 || core->node == node) &&
			 (cache < 0 || core->cache == cache);
	}
	return count;
}

/* Of the caches that have room for so many cores, the one with the least of it. -1: none. */
static int find_cache(const struct cores *cores, int node, unsigned int wanted) {
	unsigned int least = CORES_MAX + 1;
	int best = -1;

	for (size_t i = 0; i < cores->count; i++) {
		const struct core *core = &cores->items[i];
		unsigned int room = core->cache < 0 ? 0 : count_free(cores, node, core->cache);

		if (room >= wanted && room < least) {
			least = room;
			best = core->cache;
		}
	}
	return best;
}

static void take(struct placement *placement, struct core *core, unsigned int threads) {
	core->taken = true;
	for (unsigned int i = 0; i < threads; i++) {
		placement->cpus[placement->vcpus++] = core->cpus[i];
		model_cpus_add(&placement->guest, core->cpus[i]);
	}
}

/* So many cores behind that cache (any: -1), in the order of their numbers. */
static void take_from(struct cores *cores, int node, int cache, unsigned int wanted,
	struct placement *placement) {
	unsigned int threads = placement->topology.threads;

	for (size_t i = 0; i < cores->count && wanted > 0; i++) {
		struct core *core = &cores->items[i];

		if (may_go(cores, core) && (node < 0 || core->node == node) &&
			(cache < 0 || core->cache == cache)) {
			take(placement, core, threads);
			wanted--;
		}
	}
}

/* The smallest number of caches that each have room for an equal share; 0: none has. */
static unsigned int find_shares(const struct cores *cores, int node, unsigned int wanted) {
	for (unsigned int shares = 1; shares <= wanted; shares++) {
		unsigned int found = 0;

		if (wanted % shares != 0) {
			continue;
		}
		for (size_t i = 0; i < cores->count; i++) {
			const struct core *core = &cores->items[i];
			bool seen = core->cache < 0;

			for (size_t n = 0; n < i && !seen; n++) {
				seen = cores->items[n].cache == core->cache;
			}
			found += !seen && count_free(cores, node, core->cache) >= wanted / shares;
		}
		if (found >= shares) {
			return shares;
		}
	}
	return 0;
}

static void place(struct cores *cores, int node, unsigned int wanted, struct placement *placement) {
	unsigned int shares = find_shares(cores, node, wanted);

	placement->topology.dies = shares ? shares : 1;
	placement->topology.cores = wanted / placement->topology.dies;
	for (unsigned int i = 0; i < shares; i++) {
		take_from(cores, node, find_cache(cores, node, wanted / shares), wanted / shares,
			placement);
	}
	if (shares == 0) {
		take_from(cores, node, -1, wanted, placement);
	}
	placement->caches = shares;
}

/* How well a core suits QEMU's own threads: an efficient one, or one behind the guest's cache, and
 * not the one with CPU 0. */
static unsigned int rank(const struct core *core, int cache) {
	return (core->efficient ? 4U : 0U) + (core->cache == cache ? 2U : 0U) +
	       (core->first ? 0U : 1U);
}

static const struct core *find_rest(const struct cores *cores) {
	const struct core *best = NULL;
	int cache = -1;

	for (size_t i = 0; i < cores->count; i++) {
		cache = cores->items[i].taken ? cores->items[i].cache : cache;
	}
	for (size_t i = 0; i < cores->count; i++) {
		const struct core *core = &cores->items[i];

		if (!core->taken && (!best || rank(core, cache) > rank(best, cache))) {
			best = core;
		}
	}
	return best;
}

/* A cluster of efficient cores, or one core. */
static void keep_rest(const struct cores *cores, struct placement *placement) {
	const struct core *best = find_rest(cores);

	for (size_t i = 0; best && i < cores->count; i++) {
		const struct core *core = &cores->items[i];

		if (core != best &&
			!(core->efficient && best->efficient && core->cache == best->cache)) {
			continue;
		}
		for (unsigned int n = 0; n < core->count; n++) {
			model_cpus_add(&placement->rest, core->cpus[n]);
		}
	}
}

int placement_make(const struct topology *topology, unsigned int vcpus, int node,
	struct placement *ret, unsigned int *ret_most) {
	AUTO_FREE struct cores *cores = calloc(1, sizeof(*cores));
	struct placement *placement = ret;
	unsigned int threads, wanted;

	if (!cores) {
		return -ENOMEM;
	}
	read_cores(topology, cores);
	*ret_most = 0;
	if (cores->threads == 0 || cores->count == 0 || vcpus == 0 || vcpus > MODEL_VCPUS_MAX) {
		return -ENODATA;
	}
	threads = vcpus % cores->threads == 0 ? cores->threads : 1;
	wanted = vcpus / threads;
	if (node >= 0 && count_free(cores, node, -1) < wanted) {
		node = -1;
	}
	*ret_most = count_free(cores, -1, -1) * cores->threads;
	if (count_free(cores, node, -1) < wanted) {
		return -ENOSPC;
	}
	*placement = (struct placement){.node = node,
		.topology = {.sockets = 1, .dies = 1, .cores = wanted, .threads = threads}};
	place(cores, node, wanted, placement);
	assert(placement->vcpus == vcpus);
	keep_rest(cores, placement);
	return 0;
}
