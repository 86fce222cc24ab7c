/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"

#include <stddef.h>

/*
 * Another program, run to its end, without a shell and with an environment of its own. argv[0] is
 * its path, and what a message calls it. If we die, it is killed, with all that it has started.
 */
struct program {
	const char *const *argv; /* ends with NULL */
	unsigned int timeout_ms; /* then it and what it has started are killed */

	/* What it prints, as it comes, on either stream. NULL: standard output is dropped, and what
	 * it says of errors goes where ours does. */
	void (*hear)(void *context, const char *data, size_t length);
	/* About once a second, for how long it has run. NULL: nobody waits for that. */
	void (*tick)(void *context, unsigned int seconds);
	void *context;
};

/* -ETIMEDOUT; -EIO: it failed; -errno: it cannot be executed. */
int program_run(const struct program *program, struct error *error) MUST_CHECK;
