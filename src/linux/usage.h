/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "linux/machine.h"

/*
 * Who and what has devices, by the readers of host/ and so by the same rules that the plan was made
 * with. Reading other processes may block (one that is stuck keeps its address space locked), so
 * the worker does it.
 */
struct usage {
	const struct address *devices;
	size_t count;
	enum {
		USAGE_ALL,
		USAGE_VFIO,      /* only processes, by the nodes through which a guest has a device
				  */
		USAGE_PROCESSES, /* only these */
		USAGE_STILL,     /* all but these: what is on disks and networks */
	} what;
};

/* In the worker: adds them. *ret_hidden: how many processes did not let us look. */
int usage_read(int root, const struct usage *usage, struct holders *ret, size_t *ret_hidden,
	struct error *error) MUST_CHECK;
