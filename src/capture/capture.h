/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "capture/follow.h"
#include "capture/prune.h"
#include "host/host.h"

#include <stdint.h>

/*
 * A machine as one text: what commands looked at while it was noted (base/trace.h), and nothing
 * else. So there is no list of paths that grows old: whoever reads a new fact has it captured.
 *
 *	follower_begin(root, &follower);
 *	trace_begin(memory, size); ... a command reads ...; trace_end();
 *	follow_trace(&follower, memory);
 *	capture_write(&follower, &host, &options, &text, &unread, &error);
 */
struct capture_options {
	bool keep_names;     /* ids, addresses and names too */
	uint64_t seed[2];    /* by chance: what is replaced is computed from it */
	const char *release; /* for the head */
};

/* unread: what was noted and could not be read. -errno. */
int capture_write(struct follower *follower, const struct host *host,
	const struct capture_options *options, struct text *ret, struct unread *ret_unread,
	struct error *error) MUST_CHECK;
