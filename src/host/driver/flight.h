/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * Who is in the kernel binding or unbinding a device. Linux tells nobody: the link to the driver
 * goes before its remove is called, and up to 6.11 at least a reader of driver_override hangs,
 * which guarded.h makes a sign of (and which leaves a reader behind for as long as that takes).
 * Since that attribute has a lock of its own (drivers/base/core.c), the writer himself has to be
 * found: a thread of root's that sits in write(), on a file "bind" or "unbind" of a PCI driver,
 * with the address of the device as what it writes.
 *
 * That costs a look at each of root's threads, process by process in a child. It is taken only if
 * there is reason to: a device that does not answer, or one that is switched on without having a
 * driver. Of those, one that nobody was seen at is in doubt if somebody did not let us look.
 */

/*
 * Fills in the flights of a host whose devices are read, and in_flight and maybe_in_flight of their
 * devices. *looked: not again; set if it did. -ENOMEM, -EAGAIN.
 */
int flights_read(int root, struct host *host, bool *looked) MUST_CHECK;

/* What a thread is in the middle of, from the text of its /proc/PID/syscall. */
struct syscall {
	long number;
	uint64_t arguments[3];
};

/* -ENOENT: none, or it runs. */
int syscall_parse(const char *line, struct syscall *ret) MUST_CHECK;
