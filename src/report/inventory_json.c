// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/inventory_json.h"

#include <inttypes.h>
#include <stdio.h>

static void add_null(struct document *document, const char *key) {
	document_name(document, key, "");
}

static void add_known(struct document *document, const char *key, uint64_t value) {
	if (value) {
		document_number(document, key, (long long)value);
	} else {
		add_null(document, key);
	}
}

/* What is counted from 0. */
static void add_index(struct document *document, const char *key, int value) {
	if (value >= 0) {
		document_number(document, key, value);
	} else {
		add_null(document, key);
	}
}

static void add_link(struct document *document, const char *key, const struct pcie_link *link) {
	if (!link->width) {
		add_null(document, key);
		return;
	}
	document_object(document, key);
	document_number(document, "megatransfers_s", link->megatransfers);
	document_number(document, "width", link->width);
	document_close(document);
}

/* An address of 64 bits is no number to every reader of JSON. */
static void add_bar(struct document *document, const struct bar *bar) {
	static const char *const kinds[] = {
		[BAR_IO] = "io", [BAR_MEMORY] = "memory", [BAR_MEMORY_64] = "memory64"};
	char start[20] = "";

	if (bar->start) {
		snprintf(start, sizeof(start), "0x%" PRIx64, bar->start);
	}
	document_object(document, NULL);
	document_number(document, "index", bar->index);
	document_text(document, "kind", kinds[bar->kind]);
	document_bool(document, "prefetchable", bar->prefetchable);
	document_bool(document, "resizable", bar->resizable);
	document_name(document, "start", start);
	document_number(document, "size", (long long)bar->size);
	document_close(document);
}

void report_detail(struct document *document, const struct detail *detail) {
	add_link(document, "link", &detail->now);
	add_link(document, "link_most", &detail->most);
	document_array(document, "bars");
	for (size_t i = 0; i < detail->bar_count; i++) {
		add_bar(document, &detail->bars[i]);
	}
	document_close(document);
	document_names(document, "candidates", &detail->modules);
	document_name(document, "domain", detail->domain);
}

/* What is told of each kind beyond names. */
static void add_of_kind(struct document *document, const struct attached *thing) {
	switch (thing->kind) {
	case ATTACHED_OUTPUT:
		document_name(document, "id", thing->id);
		document_bool(document, "active", thing->active);
		break;
	case ATTACHED_USB:
		document_name(document, "id", thing->id);
		document_name(document, "driver", thing->driver);
		add_known(document, "speed_mbit_s", thing->speed_mbit_s);
		break;
	case ATTACHED_INTERFACE:
		if (thing->unsure) {
			add_null(document, "active");
		} else {
			document_bool(document, "active", thing->active);
		}
		document_name(document, "driver", thing->driver);
		add_known(document, "speed_mbit_s", thing->speed_mbit_s);
		break;
	case ATTACHED_DISK:
	case ATTACHED_PARTITION:
	case ATTACHED_VOLUME:
		add_known(document, "size", thing->size);
		break;
	case ATTACHED_MOUNT:
	case ATTACHED_SWAP:
	case ATTACHED_ADDRESS:
	case ATTACHED_SOUND:
		break;
	}
}

/* Adds the thing that stands there and all below it; returns where the next one stands. */
static size_t add_thing(
	struct document *document, const struct attached *attached, size_t count, size_t at) {
	const struct attached *thing = &attached[at++];

	document_object(document, NULL);
	document_text(document, "kind", attached_kind_name(thing->kind));
	document_text(document, "name", thing->name);
	document_name(document, "text", thing->text);
	document_name(document, "type", thing->type);
	add_of_kind(document, thing);
	if (thing->secret_kind != SECRET_NONE) {
		document_text(document, secret_kind_name(thing->secret_kind), thing->secret);
	}
	if (thing->silent) {
		document_bool(document, "silent", true);
	}
	document_array(document, "attached");
	while (at < count && attached[at].depth > thing->depth) {
		at = add_thing(document, attached, count, at);
	}
	document_close(document);
	document_close(document);
	return at;
}

void report_attached(
	struct document *document, const struct attachments *attachments, struct address device) {
	size_t count, at = 0;
	const struct attached *attached = attached_of(attachments, device, &count);

	document_array(document, "attached");
	while (at < count) {
		at = add_thing(document, attached, count, at);
	}
	document_close(document);
}

static const char *const cache_names[CACHE_KINDS] = {
	[CACHE_L1D] = "l1d",
	[CACHE_L1I] = "l1i",
	[CACHE_L2] = "l2",
	[CACHE_L3] = "l3",
	[CACHE_L4] = "l4",
};

static void add_cpu(struct document *document, const struct cpu *cpu) {
	static const char *const kinds[] = {[CORE_ALIKE] = "",
		[CORE_PERFORMANCE] = "performance",
		[CORE_EFFICIENT] = "efficient"};

	document_object(document, NULL);
	document_number(document, "number", cpu->number);
	document_bool(document, "online", cpu->online);
	add_index(document, "socket", cpu->socket);
	add_index(document, "die", cpu->die);
	add_index(document, "core", cpu->core);
	document_number(document, "thread", cpu->thread);
	add_index(document, "node", cpu->node);
	for (size_t i = 0; i < CACHE_KINDS; i++) {
		add_index(document, cache_names[i], cpu->caches[i]);
	}
	document_name(document, "kind", kinds[cpu->kind]);
	add_known(document, "max_mhz", cpu->max_mhz);
	document_bool(document, "isolated", cpu->isolated);
	document_close(document);
}

static void add_topology(struct document *document, const struct topology *topology) {
	document_object(document, "processors");
	document_name(document, "model", topology->model);
	document_name(document, "vendor", topology->vendor);
	document_bool(document, "smt", topology->smt);
	document_bool(document, "mixed_cores", topology->mixed_cores);
	document_object(document, "caches_kib");
	for (size_t i = 0; i < CACHE_KINDS; i++) {
		add_known(document, cache_names[i], topology->cache_sizes_kib[i]);
	}
	document_close(document);
	document_array(document, "cpus");
	for (size_t i = 0; i < topology->cpu_count; i++) {
		add_cpu(document, &topology->cpus[i]);
	}
	document_close(document);
	document_close(document);
}

static void add_node(struct document *document, const struct numa_node *node) {
	document_object(document, NULL);
	document_number(document, "number", node->number);
	document_number(document, "total_kib", (long long)node->total_kib);
	document_number(document, "free_kib", (long long)node->free_kib);
	document_array(document, "hugepages");
	for (size_t i = 0; i < node->pages_count; i++) {
		document_object(document, NULL);
		document_number(document, "size_kib", (long long)node->pages[i].size_kib);
		document_number(document, "count", (long long)node->pages[i].count);
		document_number(document, "free", (long long)node->pages[i].free);
		document_close(document);
	}
	document_close(document);
	document_close(document);
}

void report_machine(struct document *document, const struct inventory *inventory) {
	const struct iommu *iommu = &inventory->iommu;

	document_object(document, "iommus");
	document_name(
		document, "kind", iommu->kind == IOMMU_NONE ? "" : iommu_kind_name(iommu->kind));
	document_names(document, "units", &iommu->units);
	document_close(document);
	add_topology(document, &inventory->topology);
	document_object(document, "memory");
	add_known(document, "default_hugepage_kib", inventory->numa.default_hugepage_kib);
	document_array(document, "nodes");
	for (size_t i = 0; i < inventory->numa.node_count; i++) {
		add_node(document, &inventory->numa.nodes[i]);
	}
	document_close(document);
	document_close(document);
	document_bool(document, "incomplete", inventory->attachments.more);
}
