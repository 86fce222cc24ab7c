/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/holder/node.h"

/*
 * The file systems that keep a device busy, by what tells a file on one: its device number (st_dev)
 * and the mount that it was reached by. A btrfs gives its files numbers of their own, and only the
 * mount tells; files seen through another namespace have another mount, and only the number tells.
 */
struct filesystem {
	uint32_t major, minor;
	uint64_t mount; /* an id of /proc/PID/mountinfo */
	const struct node *node;
};

struct filesystems {
	struct filesystem *filesystems;
	size_t count;
};

/*
 * Those of the mounts among the holders (mounts_read), with every other mount of the same file
 * system. Left out are those of a device that also has the root file system: every process is on
 * it, and nobody would end them all. nodes has to outlive *ret. -ENOMEM.
 */
int filesystems_read(int root, const struct nodes *nodes, const struct holders *holders,
	struct filesystems *ret) MUST_CHECK;
void filesystems_free(struct filesystems *filesystems);

#define AUTO_FILESYSTEMS CLEANUP(filesystems_free)

/* The node of the file system that a file is on, or NULL: none of these. mount 0: not known. */
const struct node *filesystems_find(
	const struct filesystems *filesystems, uint32_t major, uint32_t minor, uint64_t mount);
