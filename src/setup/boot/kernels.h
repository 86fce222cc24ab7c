/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "setup/boot/plan.h"

#define KERNEL_INSTALL "/usr/bin/kernel-install"

/*
 * Appends, as BOOT_WAY_THERE, what makes the boot entry of each kernel that is there now and has an
 * image: kernel-install of every release knows "add". None is no error; -errno.
 */
int kernels_add_commands(int root, struct boot_plan *plan) MUST_CHECK;
