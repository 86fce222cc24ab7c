/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/holder/node.h"

/*
 * Adds the imported ZFS pools that stand on the nodes, as mounts. ZFS tells neither sysfs nor
 * mountinfo on which disks a pool stands; udev has noted whose members the disks are. root_pool is
 * the one with the root file system, empty if there is none.
 */
int pools_read(int root, const struct nodes *nodes, const char *root_pool, struct holders *holders)
	MUST_CHECK;
