/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"

/*
 * Adds what the kernel itself has of the devices, and is only worth knowing: a text console that it
 * draws; devices in other slots that depend on this one by a device link (their drivers are taken
 * off first, or sleep and wake with it); uses of the driver's module by whom nothing in `holders`
 * tells of, such as the sound of a card (a module in use cannot be unloaded, but lets go of its
 * device). Calls on the holders found so far, so it comes last.
 */
int kernel_users_read(int root, const struct host *host, struct holders *holders) MUST_CHECK;
