/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/remain.h"
#include "setup/boot/planning.h"

/*
 * How what is ours comes onto each initramfs. Those of initramfs-tools and dracut find it by
 * themselves, mkinitcpio has to be told of it in its HOOKS. booster runs nothing but itself, and
 * loads no driver of a picture unless it is told to: there a unit does it, once the root file
 * system is there, and before udev.
 */
#define EARLY_PROGRAM "/usr/lib/baton/baton-early"
#define EARLY_UNIT    "/usr/lib/systemd/system/baton-early.service"

/* Is it one that the system's program makes anew? Not a rescue system's, nor a copy. */
bool image_is(const char *path);

/* Files of the system's that have to name it. -ENOTSUP. */
int image_plan(struct planning *planning) MUST_CHECK;

/*
 * Out of these files again, once nothing is assigned any more; each is added to remains, and so is
 * one that a person has to take out, because what would be left is not certain. Without
 * /etc/baton/assigned it does nothing.
 */
int image_plan_without(struct planning *planning, struct remains *remains) MUST_CHECK;

/* What makes all images anew, and brings them where the machine starts from. */
int image_plan_commands(struct planning *planning) MUST_CHECK;
