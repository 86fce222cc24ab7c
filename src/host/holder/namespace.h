/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/holder/node.h"

/*
 * Adds mounts on the nodes that the machine's own list does not show: those of containers, and what
 * a service with mounts of its own still has although it was unmounted for everybody else. One
 * process of each namespace is asked, by its pid; where nobody may look, there are none.
 */
int namespaces_read(int root, const struct nodes *nodes, struct holders *holders) MUST_CHECK;
