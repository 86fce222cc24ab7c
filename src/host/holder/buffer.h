/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/node.h"

/*
 * A dma-buf is memory of a device that one process hands to another: who has one needs no node. The
 * kernel tells of it only which driver made it.
 */

/* Is that what a link in /proc/PID/fd, or the name of a mapping, says of one? */
bool buffer_is(const char *name);

/* Who made it, from the text of its /proc/PID/fdinfo/N: "i915"; "drm" of most drivers. -ENOENT. */
int buffer_exporter_parse(const char *fdinfo, char ret[DRIVER_SIZE]) MUST_CHECK;

/* The node of the only device that it can be from, or NULL: there are several such. */
const struct node *buffer_node(const struct nodes *nodes, const char *exporter);
