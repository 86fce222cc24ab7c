/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/holder/node.h"

/*
 * Adds file systems that live on the nodes although no mount is among the holders: one that was
 * unmounted lazily (umount -l) and is still in use, or is mounted where nobody could look. The
 * kernel shows each that it has in /sys/fs.
 */
int lingering_read(int root, const struct nodes *nodes, struct holders *holders) MUST_CHECK;
