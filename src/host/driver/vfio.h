/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * Finds vfio_driver and vfio_module of all devices, host->vfio and host->vfio_lacks_type1. Devices
 * and modules must have been read. -ENOMEM; a kernel without a list of its modules has no variants.
 */
int vfio_read(int root, struct host *host) MUST_CHECK;
