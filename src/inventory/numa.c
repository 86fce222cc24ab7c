// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/numa.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/array.h"

#define NODES          "sys/devices/system/node"
#define MEMINFO_MAX    (64U << 10)
#define NODE_PATH_SIZE 256

/* "MemTotal:       16315352 kB", in front of which a node's own file has "Node 0 " */
static uint64_t take_kib(const char *data, const char *key) {
	for (; *data; data = text_next_line(data)) {
		const char *line = data;
		uint64_t value = 0;

		if (text_starts(line, "Node ")) {
			line += strlen("Node ");
			line += strspn(line, "0123456789 ");
		}
		if (!text_starts(line, key) || line[strlen(key)] != ':') {
			continue;
		}
		line += strlen(key) + 1;
		line += strspn(line, " ");
		for (size_t digits = 0; digits < 18 && *line >= '0' && *line <= '9'; digits++) {
			value = value * 10 + (uint64_t)(*line++ - '0');
		}
		return value;
	}
	return 0;
}

/* "hugepages-2048kB" */
static bool take_size(const char *name, uint64_t *ret) {
	static const char before[] = "hugepages-", behind[] = "kB";
	char digits[24];
	unsigned long long size;
	size_t length;

	if (!text_starts(name, before) || !text_ends(name, behind)) {
		return false;
	}
	length = strlen(name) - strlen(before) - strlen(behind);
	if (length >= sizeof(digits)) {
		return false;
	}
	memcpy(digits, name + strlen(before), length);
	digits[length] = '\0';
	if (number_parse(digits, UINT64_MAX, &size) < 0) {
		return false;
	}
	*ret = size;
	return true;
}

static uint64_t read_count(int dir, const char *size, const char *name) {
	char path[NODE_PATH_SIZE];
	uint64_t value;

	return name_format(path, sizeof(path), "%s/%s", size, name) < 0 ||
			       file_read_number(dir, path, 10, &value) < 0
		       ? 0
		       : value;
}

/* The names' order has 1048576 before 2048. */
static void insert(struct numa_node *node, const struct hugepages *pages) {
	size_t at = node->pages_count;

	if (at == HUGEPAGE_SIZES_MAX) {
		return;
	}
	for (; at > 0 && node->pages[at - 1].size_kib > pages->size_kib; at--) {
		node->pages[at] = node->pages[at - 1];
	}
	node->pages[at] = *pages;
	node->pages_count++;
}

static int read_hugepages(int root, const char *path, struct numa_node *node) {
	AUTO_CLOSE int dir = dir_open(root, path);
	AUTO_NAMES struct names names = {0};
	int r = dir < 0 ? 0 : names_read(dir, ".", &names);

	for (size_t i = 0; i < names.count; i++) {
		struct hugepages pages = {0};

		if (take_size(names.names[i], &pages.size_kib)) {
			pages.count = read_count(dir, names.names[i], "nr_hugepages");
			pages.free = read_count(dir, names.names[i], "free_hugepages");
			insert(node, &pages);
		}
	}
	return r == -ENOMEM ? r : 0;
}

static int add_node(struct numa *numa, const struct numa_node *node) {
	if (!ARRAY_ROOM(numa->nodes, numa->node_count)) {
		return -ENOMEM;
	}
	numa->nodes[numa->node_count++] = *node;
	return 0;
}

/* Both are where the node's numbers and its pages stand. */
static int read_node(int root, const char *meminfo, const char *hugepages, struct numa_node *node) {
	AUTO_FREE char *data = NULL;
	int r = file_read(root, meminfo, MEMINFO_MAX, &data, NULL);

	if (r == 0) {
		node->total_kib = take_kib(data, "MemTotal");
		node->free_kib = take_kib(data, "MemFree");
	}
	return r == -ENOMEM ? r : read_hugepages(root, hugepages, node);
}

static int read_named_node(int root, const char *name, struct numa *numa) {
	char meminfo[NODE_PATH_SIZE], hugepages[NODE_PATH_SIZE];
	struct numa_node node = {0};
	unsigned long long number;
	int r;

	if (!text_starts(name, "node") ||
		number_parse(name + strlen("node"), UINT16_MAX, &number) < 0 ||
		name_format(meminfo, sizeof(meminfo), NODES "/%s/meminfo", name) < 0 ||
		name_format(hugepages, sizeof(hugepages), NODES "/%s/hugepages", name) < 0) {
		return 0;
	}
	node.number = (int)number;
	r = read_node(root, meminfo, hugepages, &node);
	return r < 0 ? r : add_node(numa, &node);
}

static int read_nodes(int root, struct numa *numa) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(root, NODES, &names);

	r = r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < names.count && r == 0; i++) {
		r = read_named_node(root, names.names[i], numa);
	}
	return r;
}

static int read_without_nodes(int root, struct numa *numa) {
	struct numa_node node = {0};
	int r = read_node(root, "proc/meminfo", "sys/kernel/mm/hugepages", &node);

	return r < 0 || node.total_kib == 0 ? r : add_node(numa, &node);
}

static int compare(const void *a, const void *b) {
	return ((const struct numa_node *)a)->number - ((const struct numa_node *)b)->number;
}

int numa_read(int root, struct numa *ret) {
	AUTO_NUMA struct numa numa = {0};
	AUTO_FREE char *data = NULL;
	int r = read_nodes(root, &numa);

	if (r == 0 && numa.node_count == 0) {
		r = read_without_nodes(root, &numa);
	}
	if (r == 0 && file_read(root, "proc/meminfo", MEMINFO_MAX, &data, NULL) == 0) {
		numa.default_hugepage_kib = take_kib(data, "Hugepagesize");
	}
	if (r < 0) {
		return r;
	}
	if (numa.node_count > 1) {
		qsort(numa.nodes, numa.node_count, sizeof(*numa.nodes), compare);
	}
	*ret = numa;
	numa = (struct numa){0};
	return 0;
}

void numa_free(struct numa *numa) {
	free(numa->nodes);
	*numa = (struct numa){0};
}
