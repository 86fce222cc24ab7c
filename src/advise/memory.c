// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

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

/* What is set aside in pages of the size that the guest gets if it says none. */
static uint64_t set_aside_kib(const struct numa *numa, int node) {
	uint64_t kib = 0;

	for (size_t i = 0; i < numa->node_count; i++) {
		const struct numa_node *of = &numa->nodes[i];

		for (size_t n = 0; n < of->pages_count; n++) {
			if (of->pages[n].size_kib == numa->default_hugepage_kib &&
				(node < 0 || of->number == node)) {
				kib += of->pages[n].count * of->pages[n].size_kib;
			}
		}
	}
	return kib;
}

static void advise_reserve(struct adviser *adviser, struct advice *advice) {
	uint64_t size_kib = adviser->ground->numa.default_hugepage_kib;
	uint64_t pages = (adviser->model->memory_kib + size_kib - 1) / size_kib;

	advice_by_hand(advice,
		"set them aside first, best at boot: \"vm.nr_hugepages = %" PRIu64
		"\" in /etc/sysctl.d/80-hugepages.conf (and as much again for each other guest that uses them), then `sysctl --system`",
		pages);
}

static void advise_hugepages(struct adviser *adviser) {
	const struct model *model = adviser->model;
	const struct numa *numa = &adviser->ground->numa;
	uint64_t aside_kib = set_aside_kib(numa, -1);
	struct advice *advice;
	bool enough = aside_kib >= model->memory_kib;

	if (!(model->can & CAN_HUGEPAGES) || model->memory_kib == 0 ||
		numa->default_hugepage_kib == 0 || model->hugepages == enough) {
		return;
	}
	if (model->hugepages) {
		advice = advice_add(adviser, "hugepages", ADVICE_NEEDED);
		advice_what(advice, "set aside the huge pages that the guest asks for");
		advice_why(advice,
			"it wants %" PRIu64 " MiB of them and the host has %" PRIu64
			", so it does not start",
			model->memory_kib / KIB_PER_MIB, aside_kib / KIB_PER_MIB);
		advise_reserve(adviser, advice);
		return;
	}
	advice = advice_add(adviser, "hugepages", ADVICE_BETTER);
	advice_what(advice, "let the guest use the huge pages that the host has set aside");
	advice_why(advice,
		"%" PRIu64
		" MiB are, of use to nobody else; the guest's memory is then found in fewer steps",
		aside_kib / KIB_PER_MIB);
	advice_change(adviser, SETTING_HUGEPAGES, 0);
}

static const struct numa_node *find_node(const struct numa *numa, int number) {
	for (size_t i = 0; i < numa->node_count; i++) {
		if (numa->nodes[i].number == number) {
			return &numa->nodes[i];
		}
	}
	return NULL;
}

static void advise_node(struct adviser *adviser) {
	const struct model *model = adviser->model;
	const struct numa *numa = &adviser->ground->numa;
	const struct device *card = card_next(adviser, NULL);
	const struct numa_node *node = find_node(numa, card->numa_node);
	struct advice *advice;

	/* Where somebody has chosen another one, it is his choice. */
	if (!(model->can & CAN_NODE) || numa->node_count < 2 || !node || model->node >= 0) {
		return;
	}
	if (model->memory_kib == 0 || node->total_kib < model->memory_kib) {
		return;
	}
	advice = advice_add(adviser, "numa", ADVICE_BETTER);
	advice_what(advice, "take the guest's memory from node %d", node->number);
	advice_why(advice,
		"the card hangs on that node's processors: everything that it reads and writes elsewhere goes through a second one");
	advice_change(adviser, SETTING_NODE, (unsigned int)node->number);
}

void advise_memory(struct adviser *adviser) {
	if (card_is_given(adviser)) {
		advise_balloon(adviser);
		advise_hugepages(adviser);
		advise_node(adviser);
	}
}
