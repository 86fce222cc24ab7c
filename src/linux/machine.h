/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/linux.h"
#include "plan/plan.h"

/* The child that does what may block (worker.h). */
struct worker {
	struct process process; /* none: there is none at hand */
	int control;            /* our end of the socket between us; -1 */
};

/* Which devices nobody has open (vigil.h). */
struct vigil {
	int opens; /* inotify on the directories of nodes; -1: nobody listens */
	struct address free[PLAN_DEVICES_MAX];
	size_t count;
};

/* What the files of this layer share: the ops and what they need. */
struct machine {
	struct ops ops;               /* the first member: the ops that callers hold point here */
	struct linux_options options; /* every default filled in */
	int root;     /* everything in /sys, /proc, /dev and /lib is reached below this directory */
	bool real;    /* root is "/" */
	int lock;     /* the state directory while we hold its lock; -1 */
	int changes;  /* inotify on the state directory; -1: nobody watched yet */
	int bindings; /* uevents, while somebody watches; -1: nobody, or they cannot be had */
	int inhibitor; /* of logind's, while sleep is kept off; -1 */
	int stop;      /* signalfd of SIGTERM, in a guard that watches; otherwise -1 */
	struct worker worker;
	struct vigil vigil;
	struct names excused; /* units whose start counts as done: systemd is stopping */
};

/* What a fact's apply is asked for. */
struct change {
	struct step step;
	bool home; /* a way back */
};

/* One fact: how it is read and how it is changed. Errors carry a sentence. */
struct fact_row {
	/* As ops.get. */
	int (*get)(struct machine *machine, const char *subject, char ret[VALUE_SIZE],
		struct error *error);

	/* Brings the subject to change->step.to. */
	int (*apply)(struct machine *machine, const struct change *change, struct error *error);

	/* apply may block in the kernel: it is done by the worker. */
	bool blocks;

	/* apply gives -EAGAIN for something that is not there yet: it is tried again. */
	bool defers;
};

extern const struct fact_row driver_row;
extern const struct fact_row override_row;
extern const struct fact_row module_row;
extern const struct fact_row service_row;
extern const struct fact_row console_row;
extern const struct fact_row framebuffer_row;
extern const struct fact_row power_row;
extern const struct fact_row d3cold_row;
extern const struct fact_row reset_method_row;
extern const struct fact_row bar_size_row;
extern const struct fact_row vf_count_row;
extern const struct fact_row process_row;
