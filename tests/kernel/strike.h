/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "hang.h"

#include "handover.h"
#include "tests/sim/injector.h"

/*
 * One trial on the real kernel: a hand-over and its return under the faults given, in processes of
 * their own, and what baton promises about it (ARCHITECTURE.md, "Exit codes"):
 *
 *     0  the guest has everything, and after it stops the machine is as before
 *     1  as before
 *     3  nothing has changed
 *     4  the journal names every device that is not as before
 *
 * and always: once nothing fails any more, repair makes it as before.
 */
#define STRIKE_GUEST       "libvirt:6f1d4a52-0000-4000-8000-000000000001"
#define STRIKE_DEVICES_MAX 8

/* How long a writer may take. It is not to be reached by a healthy one on a busy machine, so
 * trials in which one hangs are slow. */
#define STRIKE_PATIENCE_MS 60000
#define STRIKE_HANG_MS     1500

enum act {
	ACT_DETACH,
	ACT_REATTACH,
	ACT_REPAIR,
};

/* What is handed over, and what must be as before afterwards. */
struct cards {
	char *addresses[STRIKE_DEVICES_MAX + 1]; /* up to a NULL */
	char *before;                            /* the dump */
};

/* In memory that all processes of the trial share: what one has met counts for the next. */
struct strike {
	struct injector injector;
	struct hung stuck;
	struct step step;              /* the one that was begun last */
	pid_t writer;                  /* of that step */
	bool real[INJECTOR_TRACE_MAX]; /* commits: can it truly get stuck in the kernel? */
	unsigned int last;             /* operations before the repair that ends the trial */
	bool telling;                  /* say how each process ended */
	bool exploring;                /* find out what is real */
	enum act act;
	enum result result;
	bool died, ended;
	bool clean; /* as before to the last line, and nothing stuck */
	struct error error;
	char wrong[2048]; /* the first broken promise; empty: none */
};

struct strike *strike_new(void);

/* fault->fired in strike->injector tells which faults were met. */
void strike_run(struct strike *strike, const struct cards *cards, const struct fault *faults,
	size_t fault_count);

/* Writes "commit driver 0000:01:00.0: fail" and the like. */
const char *strike_describe(const struct strike *strike, char *ret, size_t size);

/* The operations of the real machine below the injector; NULL: strike->error says why not. The
 * caller ends with linux_ops_free. */
struct ops *strike_open_ops(struct strike *strike);

/* What is being done. */
const char *strike_act_name(const struct strike *strike);

/* Keeps the first thing that is wrong. */
void strike_wrong(struct strike *strike, const char *format, ...) PRINTF(2, 3);
