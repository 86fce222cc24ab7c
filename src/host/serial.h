/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stddef.h>

/* "00-11-22-33-44-55-66-77" */
#define SERIAL_SIZE 32

/*
 * The PCIe Device Serial Number of the device whose directory in sysfs is open: -ENOENT if it has
 * none, -EACCES for people without root. Reads the few words that lead there, since each word is a
 * transaction on the bus; wakes a sleeping device, so ask for its power state first.
 */
int serial_read(int device, char ret[SERIAL_SIZE]) MUST_CHECK;
