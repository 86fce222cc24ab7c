/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "inventory/inventory.h"

/* "AMD Ryzen 9 5900X 12-Core Processor: 12 cores, 24 threads; caches L1d 32K, L2 512K, L3 32M".
 * Empty: the machine does not tell. -ENOMEM. */
int processors_name(const struct topology *topology, struct text *ret) MUST_CHECK;

/*
 * A line for the CPUs that share a last-level cache, a node, a socket and a kind: "CPUs 0-5,12-17
 * share L3 0 on node 0; siblings 0+12 1+13 ..." (what `lscpu -e` has a line for each of). -ENOMEM.
 */
int processors_of(const struct topology *topology, struct names *ret) MUST_CHECK;

/* A line for each NUMA node: "node 0: memory 31.2G, 20.1G free; huge pages 2M: 512, 512 free".
 * -ENOMEM. */
int memory_of(const struct numa *numa, struct names *ret) MUST_CHECK;
