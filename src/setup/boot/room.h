/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/boot.h"
#include "setup/boot/plan.h"

/*
 * Room for new images where they are: an initramfs, or kernel, initramfs and command line in one
 * file. Some programs write over the one that is there, and of what is left after one that did not
 * fit no machine starts; with a full file system that cannot be undone.
 */

/*
 * Can each image that this machine makes anew be made? One more like it has to fit beside it.
 * -ENOSPC, -EROFS.
 */
int room_check(int root, struct error *error) MUST_CHECK;

/* The same, if one of the plan's programs makes images; 0: none does. */
int room_check_plan(int root, const struct boot *boot, const struct boot_plan *plan,
	struct error *error) MUST_CHECK;
