/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"
#include "base/macros.h"

#include <stdint.h>

#define HUGEPAGE_SIZES_MAX 8

/* Pages of one size that are set aside. */
struct hugepages {
	uint64_t size_kib; /* 2048, 1048576 */
	uint64_t count;
	uint64_t free;
};

/* A NUMA node. A kernel without NUMA has one, number 0, with all numa. */
struct numa_node {
	int number;
	uint64_t total_kib; /* 0: processors and devices alone */
	uint64_t free_kib;
	struct hugepages pages[HUGEPAGE_SIZES_MAX]; /* ordered by size */
	size_t pages_count;
};

struct numa {
	struct numa_node *nodes; /* ordered by number */
	size_t node_count;
	uint64_t default_hugepage_kib; /* what "hugepages" means without a size; 0: not known */
};

/* -ENOMEM */
int numa_read(int root, struct numa *ret) MUST_CHECK;
void numa_free(struct numa *numa);

#define AUTO_NUMA CLEANUP(numa_free)
