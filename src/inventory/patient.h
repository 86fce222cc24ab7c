/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/growing.h"

/*
 * Adds what the kernel tells only when nobody else is at work on the thing: what a monitor says of
 * itself and the modes of an output (under the lock of the card's modes), the strings of a USB
 * device (under the device's lock), the serial number of a virtual disk (from the disk itself), the
 * speed of an interface (under the lock of the whole network). All of it is read aside, and what
 * does not answer is marked as silent. -ENOMEM, -EAGAIN.
 */
int patient_read(int root, const struct host *host, struct growing *growing) MUST_CHECK;
