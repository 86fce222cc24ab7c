/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "advise/advice.h"

/*
 * Which of the host's cores a guest's processors go to: as many as possible behind one cache of the
 * third level, on the card's NUMA node, performance cores alone where there are others, and never
 * all: the host keeps one.
 */
struct placement {
	struct model_topology topology;     /* that the guest then has */
	unsigned int cpus[MODEL_VCPUS_MAX]; /* of the host's, one for each of the guest's */
	unsigned int vcpus;
	struct model_cpus guest; /* those together */
	struct model_cpus rest;  /* for QEMU's own threads */
	unsigned int caches;     /* how many third-level caches they lie behind */
	int node;                /* -1: several, or none */
};

/*
 * vcpus: how many the guest has; node: the card's, or -1. -ENOSPC: the host has not that many cores
 * to give; *ret_most says how many processors it could. -ENODATA: nothing is known of its cores.
 */
int placement_make(const struct topology *topology, unsigned int vcpus, int node,
	struct placement *ret, unsigned int *ret_most) MUST_CHECK;
