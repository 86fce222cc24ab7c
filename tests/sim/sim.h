/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "world.h"

#include "run/ops.h"

/*
 * struct ops over the simulated machine, as one process sees it. No time passes but what is counted
 * here; nothing depends on an address or a hash, so that the same calls give the same answers.
 */
enum sim_hang {
	HANG_NOT,
	HANG_BEFORE, /* the next commit gets stuck on its way in: nothing of it can be seen yet */
	HANG_MIDWAY, /* it gets stuck with the driver link changed already */
};

enum sim_oops {
	OOPS_NOT,
	OOPS_BEFORE, /* the next commit's writer dies in the kernel before anything can be seen */
	OOPS_MIDWAY, /* with the driver link changed already */
};

struct sim {
	struct ops ops;
	struct world *world;
	struct process self;
	struct process parent; /* the daemon that called it; none: a person */
	enum sim_hang hang;
	enum sim_oops oops;

	/* Called instead of failing when the lock is held: returns when it may be free. NULL: the
	 * deadline passes at once. */
	void (*wait_for_lock)(struct sim *sim);
	/* Called when the process has nothing to do but watch. NULL: time passes. */
	void (*wait_for_event)(struct sim *sim);
	void *context;
	unsigned int bindings; /* of the world, when it was last woken */
	unsigned int taken;    /* how often it has told that something was taken away */
	bool stopping;         /* the next watch ends with -EINTR */
	bool awake;            /* it keeps the machine from being suspended */

	bool trace; /* print every event */
};

void sim_init(struct sim *sim, struct world *world, struct process process, struct process parent);

static inline struct sim *sim_of(struct ops *ops) {
	return (struct sim *)ops;
}

/* sim-watch.c: a change that is about to be made, which must be none of those that never may. */
void sim_watch(struct sim *sim, const struct step *step);

/* sim-files.c: fills in what concerns journals. */
void sim_files_init(struct ops *ops);
