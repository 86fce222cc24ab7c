/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The real baton, in a process that can be killed at any of its operations: system calls by which
 * it changes something or lets somebody change it. Whoever calls this is a subreaper
 * (PR_SET_CHILD_SUBREAPER). What baton says is appended to a log.
 */
#define VICTIM_LOG "/tmp/slay.log"

struct death {
	uint32_t at;      /* which operation, from 0 */
	bool after;       /* it has been done */
	bool of_worker;   /* not baton dies but the child that makes its changes */
	const char *name; /* out: of the operation; NULL: there is none of that number */
	int status;       /* out: how baton ended */
};

/* Does a command line, up to a NULL, and lets it die there. */
void victim_run(char *const *words, struct death *death);

/* Does it to its end; returns its exit code, -1 if it has none. */
int victim_run_whole(char *const *words);

/* Waits for tracers, and with them for the workers of a baton that was killed. */
void victim_await_workers(void);
