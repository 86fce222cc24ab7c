// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "advise/advice.h"
#include "advise/card.h"

#define KIB_PER_MIB 1024

/* QEMU itself switches it off with VFIO (ram_block_discard_disable in hw/vfio). */
static void advise_balloon(struct adviser *adviser) {
	struct advice *advice;

	if (!adviser->model->balloon) {
		return;
	}
	advice = advice_add(adviser, "balloon", ADVICE_BETTER);
	advice_what(advice, "take the memory balloon away");
	advice_why(advice,
		"all memory of a guest with a card is locked for the card to write to, so nothing of it can be given back");
	advice_change(adviser, SETTING_BALLOON, 0);
}

/* What the machine has of the pages that the guest asks for, or would be given. */
struct pool {
	uint64_t size_kib; /* 0: not known */
	int node;          /* that they have to come from; -1: any */
	uint64_t count;
	uint64_t free_kib;
};

static struct pool count_pool(const struct adviser *adviser, int node) {
	const struct numa *numa = &adviser->ground->numa;
	struct pool pool = {.size_kib = adviser->model->hugepage_kib, .node = node};

	if (pool.size_kib == 0) {
		pool.size_kib = numa->default_hugepage_kib;
	} else if (pool.size_kib == HUGEPAGE_UNKNOWN) {
		pool.size_kib = 0;
	}
	for (size_t i = 0; i < numa->node_count; i++) {
		const struct numa_node *of = &numa->nodes[i];

		for (size_t n = 0; n < of->pages_count; n++) {
			if (of->pages[n].size_kib == pool.size_kib &&
				(node < 0 || of->number == node)) {
				pool.count += of->pages[n].count;
				pool.free_kib += of->pages[n].free * pool.size_kib;
			}
		}
	}
	return pool;
}

/* What the guest can have of it when it starts: a running one's own pages are in use. */
static uint64_t available_kib(const struct model *model, const struct pool *pool) {
	uint64_t all_kib = pool->count * pool->size_kib;
	uint64_t own_kib = model->hugepages && model->may_run ? model->memory_kib : 0;

	return all_kib - pool->free_kib < own_kib ? all_kib : pool->free_kib + own_kib;
}

/* A pool is shared: what others have of it has to stay. */
static void advise_reserve(
	const struct adviser *adviser, const struct pool *pool, struct advice *advice) {
	uint64_t missing_kib = adviser->model->memory_kib - available_kib(adviser->model, pool);
	uint64_t pages = pool->count + (missing_kib + pool->size_kib - 1) / pool->size_kib;
	char directory[64] = "/sys/kernel/mm";

	if (pool->node < 0 && pool->size_kib == adviser->ground->numa.default_hugepage_kib) {
		advice_by_hand(advice,
			"set aside what is missing, best at boot: \"vm.nr_hugepages = %" PRIu64
			"\" in /etc/sysctl.d/80-hugepages.conf (the %" PRIu64
			" that there are, and those), then `sysctl --system`",
			pages, pool->count);
		return;
	}
	if (pool->node >= 0) {
		snprintf(directory, sizeof(directory), "/sys/devices/system/node/node%d",
			pool->node);
	}
	advice_by_hand(advice,
		"set aside what is missing, soon after the machine has started: write %" PRIu64
		" (the %" PRIu64 " that there are, and those) into %s/hugepages/hugepages-%" PRIu64
		"kB/nr_hugepages, and read there whether it has found as many",
		pages, pool->count, directory, pool->size_kib);
}

static void advise_missing(struct adviser *adviser, const struct pool *pool) {
	const struct model *model = adviser->model;
	struct advice *advice = advice_add(adviser, "hugepages", ADVICE_NEEDED);
	char where[32] = "the host";

	if (pool->node >= 0) {
		snprintf(where, sizeof(where), "node %d", pool->node);
	}
	advice_what(advice, "set aside the huge pages that the guest asks for");
	advice_why(advice,
		"it wants %" PRIu64 " MiB in pages of %" PRIu64 " KiB and %s has %" PRIu64
		" MiB for it, so it does not start",
		model->memory_kib / KIB_PER_MIB, pool->size_kib, where,
		available_kib(model, pool) / KIB_PER_MIB);
	advise_reserve(adviser, pool, advice);
}

/* node: that its memory has to come from; -1: any. */
static void advise_hugepages(struct adviser *adviser, int node) {
	const struct model *model = adviser->model;
	const struct pool pool = count_pool(adviser, node);
	bool enough = available_kib(model, &pool) >= model->memory_kib;
	struct advice *advice;

	if (!(model->can & CAN_HUGEPAGES) || model->memory_kib == 0 || pool.size_kib == 0 ||
		model->hugepages == enough) {
		return;
	}
	if (model->hugepages) {
		advise_missing(adviser, &pool);
		return;
	}
	advice = advice_add(adviser, "hugepages", ADVICE_BETTER);
	advice_what(advice, "let the guest use the huge pages that the host has set aside");
	advice_why(advice,
		"%" PRIu64
		" MiB are free, of use to nobody else; the guest's memory is then found in fewer steps",
		pool.free_kib / KIB_PER_MIB);
	advice_change(adviser, SETTING_HUGEPAGES, 0);
}

/* Can all of the guest's memory come from the node? What is in huge pages is for those alone. */
static bool has_room(const struct adviser *adviser, const struct numa_node *node) {
	const struct model *model = adviser->model;
	uint64_t aside_kib = 0;

	if (model->hugepages) {
		const struct pool pool = count_pool(adviser, node->number);

		/* Where a running guest's own are is not known. */
		return pool.free_kib >= model->memory_kib;
	}
	for (size_t i = 0; i < node->pages_count; i++) {
		aside_kib += node->pages[i].count * node->pages[i].size_kib;
	}
	return node->total_kib >= aside_kib && node->total_kib - aside_kib >= model->memory_kib;
}

static const struct numa_node *find_node(const struct numa *numa, int number) {
	for (size_t i = 0; i < numa->node_count; i++) {
		if (numa->nodes[i].number == number) {
			return &numa->nodes[i];
		}
	}
	return NULL;
}

/* The card's node, if the guest's memory is to come from there; NULL. */
static const struct numa_node *choose_node(const struct adviser *adviser) {
	const struct model *model = adviser->model;
	const struct numa *numa = &adviser->ground->numa;
	const struct device *card = card_next(adviser, NULL);
	const struct numa_node *node = find_node(numa, card->numa_node);

	/* Where somebody has chosen another one, it is his choice. */
	if (!(model->can & CAN_NODE) || numa->node_count < 2 || !node || model->node != NODE_ANY ||
		model->memory_kib == 0) {
		return NULL;
	}
	return has_room(adviser, node) ? node : NULL;
}

static void advise_node(struct adviser *adviser, const struct numa_node *node) {
	struct advice *advice = advice_add(adviser, "numa", ADVICE_BETTER);

	advice_what(advice, "take the guest's memory from node %d", node->number);
	advice_why(advice,
		"the card hangs on that node's processors: everything that it reads and writes elsewhere goes through a second one");
	advice_change(adviser, SETTING_NODE, (unsigned int)node->number);
}

/* Both pieces of advice may be followed: the pages are looked for on the node that the other names.
 */
void advise_memory(struct adviser *adviser) {
	const struct model *model = adviser->model;
	const struct numa_node *node;

	if (!card_is_given(adviser)) {
		return;
	}
	advise_balloon(adviser);
	node = choose_node(adviser);
	if (node) {
		advise_hugepages(adviser, node->number);
		advise_node(adviser, node);
	} else if (!model->node_strict) {
		advise_hugepages(adviser, NODE_ANY);
	} else if (model->node != NODE_SEVERAL) {
		advise_hugepages(adviser, model->node);
	}
}
