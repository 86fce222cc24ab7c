/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/ops.h"

/*
 * Gets a writer stuck, so that its change takes for ever: while it has not begun, when it is made
 * but has not returned, or truly in the kernel, where the link to the driver has gone already and
 * the driver's remove does not return because somebody has the device open.
 */
enum hang {
	HANG_BEFORE, /* stopped */
	HANG_AFTER,  /* stopped on its way out of the system call that changes the machine */
	HANG_KERNEL, /* waits for a process that has a node of the device open */
};

struct hung {
	pid_t writer;
	pid_t helper; /* who stops it, or holds the node; 0: nobody */
	bool real;    /* HANG_KERNEL: whoever reads the device's override gets stuck too */
};

/* Has the kernel a way to wait for ever in this step? (Sound cards and VFIO's devices do.) */
bool hang_is_real(const struct step *step);

/* Could a QEMU that starts now have the device? */
bool hang_guest_can_have(const char *address);

/* To be called right before the writer is let go. False: it cannot be done. */
bool hang_begin(enum hang hang, const struct step *step, pid_t writer, struct hung *ret);

/* The writer goes on. */
void hang_end(struct hung *stuck);
