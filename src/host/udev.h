/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stddef.h>
#include <stdint.h>

/* What udev has noted of a device: its database below /run is read by everybody, and asks no
 * driver. */

/* Of a node: kind 'b' or 'c' and its numbers. The caller frees *ret. -ENOENT. */
int udev_read(int root, char kind, uint32_t major, uint32_t minor, char **ret) MUST_CHECK;

/* The value of "E:KEY=VALUE". -ENOENT; -ENAMETOOLONG. */
int udev_property(const char *data, const char *key, char *ret, size_t size) MUST_CHECK;
