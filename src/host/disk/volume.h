/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/holder/node.h"

/*
 * Adds what the kernel has set up on disks and nobody uses: device-mapper's volumes (LVM,
 * encryption, multipath), arrays (md), caches (bcache), loops over a disk. Each keeps its disks,
 * and breaks when they go, although nothing is mounted. Only the topmost of a stack is told of:
 * what is below goes after it. Those with a mount or swap among the holders have that above them.
 */
int volumes_read(int root, const struct nodes *nodes, struct holders *holders) MUST_CHECK;

/*
 * Fills in name ("vg-home", "md0") and type ("LVM", "crypt", "RAID") of the volume with that node.
 * -ENOENT: it is a disk, or a part of one.
 */
int volume_describe(int root, const char *node, struct holder *ret) MUST_CHECK;

/* "vg--data-home--old", device-mapper's name of a logical volume: its group is "vg-data". -EINVAL.
 */
int volume_group(const char *name, char *ret, size_t size) MUST_CHECK;
