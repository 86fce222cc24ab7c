/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/*
 * A guarded child does what may block in the kernel for ever, while the parent waits until a
 * deadline. It inherits nothing: no lock, no journal, no descriptor of the caller's (a stuck child
 * would keep a flock for ever, and libvirt and Proxmox wait for end-of-file on a hook's output), no
 * terminal, no working directory; signals other than SIGKILL do not reach it.
 *
 * It does nothing until child_run lets it go, and never anything if its parent dies before.
 */

/* An answer has to fit into one message; far less than the kernel's limit. */
#define CHILD_ANSWER_MAX 8192

struct duty {
	/* What is done, in the child. machine->root is open there, nothing else is. answer has
	 * answer_size bytes, all zero. */
	int (*work)(struct machine *machine, const void *order, void *answer, struct error *error);
	const void *order;
	size_t answer_size;
};

struct child {
	struct process process;
	int control; /* the parent's end of the socket between them */
	size_t answer_size;
};

int child_start(struct machine *machine, const struct duty *duty, struct child *ret,
	struct error *error) MUST_CHECK;

/*
 * Lets the child go and waits for its answer (answer may be NULL if there is none). Returns what
 * the work returned; -ECHILD if the child was ended before it could answer; -EINPROGRESS if the
 * deadline passes: the child is left alone then, in a cgroup that stops with the machine. Releases
 * the child in every case.
 */
int child_run(struct machine *machine, struct child *child, uint64_t deadline, void *answer,
	struct error *error) MUST_CHECK;

/* Ends a child that was not let go: it has done nothing. */
void child_cancel(struct child *child);

/* Both at once, for work that needs no journal line in between. */
int child_do(struct machine *machine, const struct duty *duty, uint64_t deadline, void *answer,
	struct error *error) MUST_CHECK;
