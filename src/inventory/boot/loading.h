/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/boot/line.h"

/*
 * Which modules are loaded at boot, or are not, once the root file system is there: modules-load.d
 * and /etc/modules (BOOT_LINE_LOADED), and what modprobe's configuration says of them
 * (BOOT_LINE_OPTIONS of VFIO's, _BEFORE, _BLACKLIST, _INSTALL). Appends; -ENOMEM.
 */
int loading_read(int root, struct boot_lines *ret) MUST_CHECK;
