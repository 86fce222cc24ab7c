/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * A module from outside the kernel's tree that knows how to reset AMD's cards (the reset method
 * device_specific). Is it loaded, and does it know this one?
 */
bool vendor_reset_serves(const struct host *host, const struct device *device);
