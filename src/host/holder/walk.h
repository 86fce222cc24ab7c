/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/disk/filesystem.h"
#include "host/holder/holder.h"
#include "host/holder/node.h"

/*
 * The one walk over all processes (look.h): adds those that hold one of the nodes, or that keep one
 * of the file systems busy. It is made in a child, process by process: one that is stuck in the
 * kernel may block who reads its memory map, and is given up. Waits for nobody else, not even for a
 * file server that is dead.
 *
 * *ret_hidden: how many did not let us look, or not in time, and may hold anything. -ENOMEM,
 * -EAGAIN; -E2BIG: more than HOLDERS_MAX.
 */
int processes_read(int root, const struct nodes *nodes, const struct filesystems *filesystems,
	struct holders *holders, size_t *ret_hidden) MUST_CHECK;
