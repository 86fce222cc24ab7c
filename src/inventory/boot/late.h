/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "host/host.h"
#include "inventory/boot/initramfs.h"

/*
 * Does a driver have a device before baton-early can run, and keep it (early/early.c)? Then what is
 * assigned stays the host's.
 */
enum late {
	LATE_NOT,
	LATE_BUILT_IN, /* the driver is in the kernel */
	LATE_LOADED,   /* the initramfs loads it, and runs nothing of ours before */
};

/* module: the one that the host has for the device; empty: none. -ENOMEM. */
int late_find(int root, const struct host *host, const struct initramfs *initramfs,
	const struct device *device, const char *module, enum late *ret) MUST_CHECK;

/* Appends what keeps baton-early from it: ", but ...". -ENOMEM. */
int late_format(enum late late, const char *module, struct text *ret) MUST_CHECK;

/* Is the module a part of the kernel that runs (modules.builtin)? -ENOMEM. */
int late_is_built_in(int root, const char *kernel, const char *module, bool *ret) MUST_CHECK;
