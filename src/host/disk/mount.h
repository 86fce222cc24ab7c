/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/holder/node.h"

/* One line of a mountinfo (proc(5)); the texts point into the line. */
struct mount {
	struct node number; /* 0:N: the file system has no block device of its own */
	char *point;
	char *type;
	char *source;
	const char *options; /* of the file system, not of this mount */
};

/* Called with each mount; other than 0 ends the reading. */
struct mount_reader {
	int (*found)(void *context, const struct mount *mount);
	void *context;
};

/* Takes a line apart, in place. -EINVAL. */
int mount_parse(char *line, struct mount *ret) MUST_CHECK;

/*
 * Does its source name the devices that it stands on although it has no number of theirs? Only some
 * types do, which need one; of all others the source is any text that somebody liked.
 */
bool mount_names_devices(const struct mount *mount);

/* Blanks and the like are written as \040, also in fstab(5). */
void mount_unescape(char *text);

/* All mounts of the machine. What cannot be read has none; -ENOMEM. */
int mounts_each(int root, const struct mount_reader *reader) MUST_CHECK;

/* Adds the mounts and the ZFS pools that stand on the nodes, one for each node. */
int mounts_read(int root, const struct nodes *nodes, struct holders *holders) MUST_CHECK;

/*
 * Adds those on nodes that have none yet, of a process that does not see the machine's but its own,
 * from its directory in /proc: copies of that holder. What cannot be read has none: -errno.
 */
int mounts_read_of(int root, const struct nodes *nodes, int process, const struct holder *like,
	struct holders *holders) MUST_CHECK;

/* Adds swap space on the nodes. (A swap file is held by its mount.) */
int swaps_read(int root, const struct nodes *nodes, struct holders *holders) MUST_CHECK;
