/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/disk.h"

/* Adds where the disks are mounted, and swap space on them. -ENOMEM, -E2BIG. */
int usages_read(int root, const struct disks *disks, struct growing *growing) MUST_CHECK;
