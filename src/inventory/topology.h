/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The processors as `lscpu -e` shows them. A "CPU" is what the scheduler counts: a thread of a
 * core.
 *
 * Who shares what is told by equal numbers: two CPUs with equal `core` are SMT siblings, two with
 * equal caches[CACHE_L3] share that cache (one CCD of AMD's, one cluster of efficient cores has
 * its caches[CACHE_L2]). Numbers of cores and caches are counted over the whole machine, in the
 * order of the first CPU that has them; sockets, dies and nodes are the kernel's own.
 */
#define CPU_NONE (-1)

enum core_kind {
	CORE_ALIKE, /* all are of one kind, or the kernel does not tell */
	CORE_PERFORMANCE,
	CORE_EFFICIENT
};

enum cache_kind {
	CACHE_L1D,
	CACHE_L1I,
	CACHE_L2,
	CACHE_L3,
	CACHE_L4
};

#define CACHE_KINDS 5

struct cpu {
	unsigned int number;
	bool online; /* of one that is offline nothing below is known */
	int socket;
	int die; /* within the socket */
	int core;
	unsigned int thread;     /* 0: the first CPU of its core */
	int node;                /* of NUMA */
	int caches[CACHE_KINDS]; /* which one; CPU_NONE: it has none */
	enum core_kind kind;
	unsigned int max_mhz; /* 0: not known */
	bool isolated;        /* the kernel's command line keeps the scheduler off it (isolcpus) */
};

struct topology {
	struct cpu *cpus; /* ordered by number */
	size_t cpu_count;
	char model[128]; /* "AMD Ryzen 9 7950X3D 16-Core Processor"; empty: not known */
	char vendor[32]; /* "GenuineIntel", "AuthenticAMD"; empty: not known */
	uint64_t cache_sizes_kib[CACHE_KINDS]; /* the largest of that kind; 0: none */
	bool smt;                              /* some core has several CPUs online */
	bool mixed_cores;                      /* there are performance and efficient cores */
};

/* A machine that tells nothing of its processors has none. -ENOMEM. */
int topology_read(int root, struct topology *ret) MUST_CHECK;
void topology_free(struct topology *topology);

#define AUTO_TOPOLOGY CLEANUP(topology_free)

/* NULL if there is no such CPU. */
const struct cpu *topology_cpu(const struct topology *topology, unsigned int number);

/* "0-7,16-23": calls with each number. -EINVAL: that is no list; others than 0 end it. */
int cpu_list_each(const char *list, int (*found)(void *context, unsigned int number), void *context)
	MUST_CHECK;
