/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "linux/machine.h"

/*
 * Which processes have a device's nodes open, by the reader of host/ and so by the same rules that
 * the plan was made with. Reading other processes may block (one that is stuck keeps its address
 * space locked), so the worker does it.
 */

/*
 * In the worker: adds who has the nodes of the devices open; only_vfio: counts only the nodes by
 * which a guest has a device.
 */
int usage_read(int root, const struct address *devices, size_t count, bool only_vfio,
	struct holders *ret, struct error *error) MUST_CHECK;
