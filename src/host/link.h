/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "base/file.h"
#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Links in sysfs say where a thing stands among the devices: /sys/dev/char/226:0 is
 * "../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0". They are read (link_read), not
 * followed.
 */
#define LINK_SIZE 1024

/* The PCI function that stands last on the way: the nearest above the thing. -ENOENT if none. */
int link_device(const char *link, struct address *ret) MUST_CHECK;

/* All PCI functions on the way, the nearest last; returns how many, at most size. */
size_t link_devices(const char *link, struct address *ret, size_t size);

/* The part of the way below that function; the whole way if there is none. */
const char *link_below_device(const char *link);

/* What stands behind the component: "sda1" for "block/sda/sda1" and "sda". NULL if it is absent. */
const char *link_after(const char *link, const char *component);

const char *link_name(const char *link); /* the last component */
