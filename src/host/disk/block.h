/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/node.h"

/*
 * Adds every block device that rests on PCI functions: directly, through what it is made of (volume
 * managers, encryption, RAID: slaves/), or as a multipath NVMe namespace, which hangs below a
 * virtual subsystem and not below its controllers. -ENOMEM.
 */
int blocks_read(int root, const struct host *host, struct nodes *nodes) MUST_CHECK;
