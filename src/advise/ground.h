/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"
#include "inventory/numa.h"
#include "inventory/topology.h"

/* What advice stands on: the machine, as far as a guest's definition depends on it. */
struct ground {
	const struct host *host;
	int root;
	bool nested_off;        /* KVM is told to give no guest virtualisation of its own */
	const char *kvm_module; /* "kvm_amd", "kvm_intel" */
	bool tsc;               /* the host itself keeps its time by the processors' counters */
	struct topology topology;
	struct numa numa;
};

/* What cannot be read is left as if it were not there. *ret points to host. -ENOMEM. */
int ground_read(int root, const struct host *host, struct ground *ret) MUST_CHECK;
void ground_free(struct ground *ground);

#define AUTO_GROUND CLEANUP(ground_free)

/* Is what the device shows of its ROM the firmware's copy in memory (host/resource.h)? */
bool ground_shadows(const struct ground *ground, const struct device *device);
