/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * What the kernel tells only when nobody is at work on the device: driver_override, and the serial
 * number in its configuration space.
 */

/* Fills in override, serial and in_flight of devices that are read otherwise; those that are known
 * to be in flight are not asked. -ENOMEM, -EAGAIN. */
int guarded_read(int root, struct device *devices, size_t count) MUST_CHECK;

/* The same for one device and without a child: it may wait for ever. */
void guarded_read_here(int root, struct device *device);
