/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"
#include "plan/step.h"

#include <stdbool.h>
#include <stdint.h>

/* Which driver a device of a bus ("pci", "platform") is bound to, below the directory fd root.
 * Rules of the kernel: drivers/base/bus.c, contracts.md C1. */

/* The driver's name or "-". -ENODEV: there is no such device. */
int binding_get(int root, const char *bus, const char *device, char ret[VALUE_SIZE],
	struct error *error) MUST_CHECK;

/* Does the driver exist on that bus? */
bool binding_has_driver(int root, const char *bus, const char *driver);

/*
 * The write that makes the step: to unbind of the driver that it has, or to bind of the one that it
 * is to get, and returns when remove or probe has returned. 0 also if the value was there already.
 * -EAGAIN: the driver puts its probe off until something else is there.
 */
int binding_apply(int root, const char *bus, const struct step *step, struct error *error)
	MUST_CHECK;
