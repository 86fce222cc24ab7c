/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/trace.h"
#include "capture/place.h"

/* From what was looked at (base/trace.h) to what stands there, with all links on the way. */
struct follower {
	int root;
	char root_path[PLACE_PATH_MAX]; /* as the kernel calls it */
	struct place *top;
};

/* A tree that has only its top. -errno. */
int follower_begin(int root, struct follower *ret) MUST_CHECK;
void follower_end(struct follower *follower);

#define AUTO_FOLLOWER CLEANUP(follower_end)

/* Adds everything that was noted: of what was not there, or is gone meanwhile, the directories
 * above it. -ENOMEM. */
int follow_trace(struct follower *follower, const struct trace *trace) MUST_CHECK;

/* Adds one path below the root, as if it had been noted. -ENOMEM. */
int follow_path(struct follower *follower, enum trace_kind kind, const char *path) MUST_CHECK;
