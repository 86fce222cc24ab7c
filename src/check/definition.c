// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "advise/advice.h"
#include "check/area.h"
#include "inventory/numa.h"

/* What a guest's definition asks for that this machine does not have, and what advice it needs. */

#define MIB_IN_KIB       1024
#define DEFAULT_PAGE_KIB 2048

/* Pages of one size, of all nodes together. */
static struct hugepages sum_pages(const struct numa *numa, uint64_t size_kib) {
	struct hugepages sum = {.size_kib = size_kib};

	for (size_t i = 0; i < numa->node_count; i++) {
		for (size_t k = 0; k < numa->nodes[i].pages_count; k++) {
			const struct hugepages *pages = &numa->nodes[i].pages[k];

			sum.count += pages->size_kib == size_kib ? pages->count : 0;
			sum.free += pages->size_kib == size_kib ? pages->free : 0;
		}
	}
	return sum;
}

static uint64_t default_kib(const struct numa *numa) {
	return numa->default_hugepage_kib ? numa->default_hugepage_kib : DEFAULT_PAGE_KIB;
}

/* The size that the definition names, or by naming none leaves to the machine. Of a path of one's
 * own it is not known: the one of which most is free. */
static uint64_t page_kib(const struct numa *numa, const struct model *model) {
	const struct numa_node *first = numa->nodes;
	struct hugepages most = {.size_kib = default_kib(numa)};

	if (model->hugepage_kib != HUGEPAGE_UNKNOWN) {
		return model->hugepage_kib ? model->hugepage_kib : default_kib(numa);
	}
	for (size_t i = 0; numa->node_count > 0 && i < first->pages_count; i++) {
		struct hugepages sum = sum_pages(numa, first->pages[i].size_kib);

		most = sum.size_kib * sum.free > most.size_kib * most.free ? sum : most;
	}
	return most.size_kib;
}

/* What other guests have set aside stays, whoever uses it. */
static void format_remedy(const struct numa *numa, const struct hugepages *sum, uint64_t missing,
	char *ret, size_t size) {
	uint64_t count = sum->count + missing;

	if (sum->size_kib == default_kib(numa)) {
		snprintf(ret, size, "sysctl vm.nr_hugepages=%" PRIu64, count);
	} else {
		snprintf(ret, size,
			"echo %" PRIu64 " > /sys/kernel/mm/hugepages/hugepages-%" PRIu64
			"kB/nr_hugepages",
			count, sum->size_kib);
	}
}

static void tell_hugepages(struct look *look, const struct model *model) {
	AUTO_NUMA struct numa numa = {0};
	char remedy[128], value[64];
	uint64_t wanted_kib = model->memory_kib, wanted;
	struct hugepages sum;

	look_keep(look, numa_read(look->root, &numa));
	sum = sum_pages(&numa, page_kib(&numa, model));
	wanted = (wanted_kib + sum.size_kib - 1) / sum.size_kib;
	if (numa.node_count == 0 || sum.free >= wanted) {
		return;
	}
	format_remedy(&numa, &sum, wanted - sum.free, remedy, sizeof(remedy));
	snprintf(value, sizeof(value), "%" PRIu64 " MiB are free in pages of %" PRIu64 " kB",
		sum.free * sum.size_kib / MIB_IN_KIB, sum.size_kib);
	look_add(look, "guest-hugepages", look->on->title, remedy,
		"wants %" PRIu64 " MiB in huge pages, and there are not so many: it does not start",
		wanted_kib / MIB_IN_KIB);
	look_at(look, NULL, 0, value);
}

static int take_available(void *context, const struct source_line *line) {
	unsigned long long kib;

	if (sscanf(line->text, "MemAvailable: %llu kB", &kib) == 1) {
		*(uint64_t *)context = kib;
		return 1;
	}
	return 0;
}

static void tell_memory(struct look *look, uint64_t wanted_kib) {
	uint64_t available_kib = 0;
	const struct line_reader reader = {take_available, &available_kib};
	char value[64];

	look_keep(look, lines_read(look->root, "/proc/meminfo", &reader));
	if (available_kib == 0 || available_kib >= wanted_kib) {
		return;
	}
	snprintf(value, sizeof(value), "MemAvailable: %" PRIu64 " MiB", available_kib / MIB_IN_KIB);
	look_add(look, "guest-memory", look->on->title,
		"give the guest less, or end other programs",
		"needs %" PRIu64
		" MiB at once, because a guest with a device has all of its memory pinned, and the host has less to give",
		wanted_kib / MIB_IN_KIB);
	look_at(look, "/proc/meminfo", 0, value);
}

static void look_memory(struct look *look) {
	const struct model *model = look->on->model;

	if (!model || model->memory_kib == 0 || model->device_count == 0 || look_runs(look)) {
		return;
	}
	if (model->hugepages) {
		tell_hugepages(look, model);
	} else {
		tell_memory(look, model->memory_kib);
	}
}

/* Without what is needed it does not start or its card does not work; the rest is told as one. */
static void tell_advices(struct look *look, const struct advices *advices) {
	char format[64], value[32];
	size_t others = 0;

	for (size_t i = 0; i < advices->count; i++) {
		const struct advice *advice = &advices->items[i];

		if (advice->level != ADVICE_NEEDED) {
			others += advice->level == ADVICE_BETTER;
			continue;
		}
		snprintf(format, sizeof(format), "baton advise --only %s %%s", advice->id);
		look_add(look, "guest-advice", look->on->title,
			look_command(look, format, look->on->title), "needs a change: %s: %s",
			advice->what, advice->why);
		look_at(look, NULL, 0, advice->id);
	}
	if (others > 0) {
		snprintf(value, sizeof(value), "%zu", others);
		look_add(look, "guest-could-be-better", look->on->title,
			look_command(look, "baton advise %s", look->on->title),
			"could be faster or surer on this machine");
		look_at(look, NULL, 0, value);
	}
}

static void look_advice(struct look *look) {
	const struct model *model = look->on->model;
	const struct wishes wishes = {0};
	AUTO_GROUND struct ground ground = {0};
	AUTO_ADVICES struct advices advices = {0};

	if (!model || model->device_count == 0) {
		return;
	}
	if (ground_read(look->root, look->host, &ground) < 0) {
		look_keep(look, -ENOMEM);
		return;
	}
	look_keep(look, advise(&ground, model, &wishes, &advices));
	tell_advices(look, &advices);
}

static const struct check checks[] = {
	{"guest-hugepages", FINDING_ERROR, look_memory},
	{"guest-memory", FINDING_WARNING, NULL},
	{"guest-advice", FINDING_WARNING, look_advice},
	{"guest-could-be-better", FINDING_NOTE, NULL},
};
const struct check_area definition_area = {checks, COUNT(checks)};
