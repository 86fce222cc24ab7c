/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/holder/node.h"

/*
 * Adds what /etc/fstab expects on the nodes and is not among the holders: somebody may mount it at
 * any time, as systemd does when the disk is back. Not entries with noauto: those are for people.
 */
int fstab_read(int root, const struct nodes *nodes, struct holders *holders) MUST_CHECK;

/* The path in /dev by which an entry's first word names a device ("UUID=...", "/dev/sda1"): its
 * text may be written to. -EINVAL: it names none. */
int fstab_device(char *word, char *ret, size_t size) MUST_CHECK;
