/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/*
 * The worker is a child that does what may block in the kernel for ever, while we wait until a
 * deadline. It inherits nothing: no lock, no journal, no descriptor of the caller's (a stuck child
 * would keep a flock for ever, and libvirt and Proxmox wait for end-of-file on a hook's output), no
 * terminal, no working directory; signals other than SIGKILL do not reach it.
 *
 * It does one order after the other: a fork for each would cost more than most changes do. It does
 * nothing without an order, and ends when we do. One that is stuck is left alone, and the next
 * order is for another one.
 */

#define ORDER_MAX  4096
#define ANSWER_MAX 8192

struct duty {
	/* What is done, in the worker. machine->root is open there, nothing else is, and machine is
	 * as it was when the worker was made. answer has answer_size bytes, all zero. */
	int (*work)(struct machine *machine, const void *order, void *answer, struct error *error);
	const void *order; /* its bytes go to the worker; what it points to does not */
	size_t order_size;
	size_t answer_size;
};

/* Has a worker at hand, and says which process it is. */
int worker_ready(struct machine *machine, struct process *ret, struct error *error) MUST_CHECK;

/*
 * Gives the order to the worker that is at hand and waits for its answer (answer may be NULL if
 * there is none). Returns what the work returned; -ECHILD if the worker was ended before it could
 * answer; -EINPROGRESS if the deadline passes: the worker is left alone then, in a cgroup that
 * stops with the machine.
 */
int worker_order(struct machine *machine, const struct duty *duty, uint64_t deadline, void *answer,
	struct error *error) MUST_CHECK;

/* Both at once, for work that needs no journal line in between. */
int worker_do(struct machine *machine, const struct duty *duty, uint64_t deadline, void *answer,
	struct error *error) MUST_CHECK;

/* Ends the worker at hand, which has no order. */
void worker_dismiss(struct machine *machine);

/*
 * As ops.alive: of a worker, whether it is at work. One that is idle and not ours ends as soon as
 * it sees that who made it is gone; that is waited for, because an order may have been on its way.
 */
bool worker_alive(struct ops *ops, struct process process);
