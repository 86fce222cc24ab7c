/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/ops.h"

/*
 * The operations on the real machine. Libraries (libsystemd, libkmod) are loaded by the first call
 * that needs them, so a program that only makes the ops pays for nothing.
 */

struct linux_options {
	/* NULL: "/". Another tree is for tests: its files are read and written as if it were the
	 * machine, but no module is loaded and no service is asked for. */
	const char *root;
	const char *state;  /* the directory of the journals; NULL: "/run/baton" */
	const char *memory; /* of what guests had (memory.h); NULL: "/var/lib/baton/guests" */

	/* Milliseconds; 0: as base/timeouts.h has it. How long a driver may take, a service, a
	 * process that is to end, and the run that holds the lock. */
	unsigned int writer_timeout_ms;
	unsigned int service_timeout_ms;
	unsigned int process_timeout_ms;
	unsigned int lock_timeout_ms;

	bool guard; /* false: the op guard does nothing */

	/* Where events go besides the system journal; NULL: nowhere. */
	void (*tell)(void *context, const struct event *event);
	void *context;
};

/* The strings in options must outlive the ops. NULL and a sentence if that cannot be. */
struct ops *linux_ops_new(const struct linux_options *options, struct error *error) MUST_CHECK;

/* An entry in the system journal, for what is said where there are no ops, or none of their own. */
void linux_log(const struct event *event);

/* Leaves children that are stuck in the kernel alone. NULL is allowed. */
void linux_ops_free(struct ops *ops);
