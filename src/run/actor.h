/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/ops.h"

/* A process as people want to see it. For people only: nothing is ever decided by it. */
struct actor {
	struct process process;
	char command[128]; /* its command line; the name that the kernel has for it where there is
			      none; the end may be cut */
	int64_t since_s;   /* when it began, in seconds since 1970 */
};
