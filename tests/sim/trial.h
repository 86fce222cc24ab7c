/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "injector.h"
#include "scenario.h"
#include "sim.h"
#include "stranger.h"

#include "handover.h"

#include <setjmp.h>

/*
 * One trial: a hand-over and its return on a simulated machine under the faults given, and what
 * baton promises about it (ARCHITECTURE.md, "Exit codes"):
 *
 *     0  the guest has everything, and after it stops the machine is as before
 *     1  as before
 *     3  nothing has changed
 *     4  the journal names every difference
 *
 * and always: once the machine is healthy again, repair makes it as before.
 */
#define TRIAL_GUEST "libvirt:6f1d4a52-0000-4000-8000-000000000001"

enum act {
	ACT_DETACH,
	ACT_REATTACH,
	ACT_REPAIR,
	ACT_CYCLE,
};

struct trial {
	const struct scenario *scenario;
	struct world before;
	struct world world;
	struct exceptions exceptions;
	size_t exceptions_named; /* of them: losses that the plan names */
	struct sim sim;
	struct injector injector;
	struct process daemon;
	struct handover handover;
	enum act act;
	enum result result;
	enum result detached; /* what detach said, unless it was killed */
	bool died;
	bool round;            /* out and home in one go (cycle), and no guest in between */
	bool door_after_death; /* the door is called after a death, and not repair */
	struct stranger stranger;
	bool trace;          /* tell what happens */
	unsigned int memory; /* the number of the allocation that fails, from 1; 0: none */
	unsigned int memory_used;
	struct error error;
	bool following;        /* compute the continuation */
	uint64_t continuation; /* stands for what followed the first fault */
	char wrong[512];       /* the first broken promise; empty: none */
	jmp_buf death;
};

/* Builds the machine and learns from the plan which losses are named. */
void trial_init(struct trial *trial, const struct scenario *scenario);

/* Plays the whole trial; fault->fired in trial->injector tells which faults were met. */
void trial_run(struct trial *trial, const struct fault *faults, size_t fault_count);

/*
 * A journal with a gap in it: the line of one operation is lost, although its disk said otherwise,
 * and baton is killed at a later one. Repair must touch nothing and end with 4: a person must look.
 * False: no line follows the lost one, and nobody could know.
 */
bool trial_run_gap(struct trial *trial, unsigned int lost_at, unsigned int killed_at);

/* Writes "append 12 torn line" and the like. */
const char *trial_describe(const struct trial *trial, char *ret, size_t size);
