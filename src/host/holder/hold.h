/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/holder/node.h"

/* What those do who look for what keeps a device besides processes. */

/* Adds a copy of the holder, through that node, for every PCI function that it stands on. */
int nodes_hold(const struct nodes *nodes, const struct node *node, const struct holder *like,
	struct holders *holders) MUST_CHECK;

/*
 * The disk at that path in /dev, also behind a link ("/dev/mapper/vg-root"). Nothing outside /dev
 * is looked at, nor what is mounted below it. NULL: it is none of ours.
 */
const struct node *nodes_find_path(int root, const struct nodes *nodes, const char *path);

/* Is there a mount or swap space among the holders that the node has? */
bool holders_use(const struct holders *holders, const char *node);
