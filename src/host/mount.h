/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder.h"
#include "host/node.h"

/* One line of a mountinfo (proc(5)); the texts point into the line. */
struct mount {
	struct node number; /* 0:N: the file system has no block device of its own */
	char *point;
	char *type;
	char *source;
};

/* Takes a line apart, in place. -EINVAL. */
int mount_parse(char *line, struct mount *ret) MUST_CHECK;

/* Adds the mounts and the ZFS pools that stand on the nodes, one for each node. */
int mounts_read(int root, const struct nodes *nodes, struct holders *holders) MUST_CHECK;

/* Adds swap space on the nodes. (A swap file is held by its mount.) */
int swaps_read(int root, const struct nodes *nodes, struct holders *holders) MUST_CHECK;
