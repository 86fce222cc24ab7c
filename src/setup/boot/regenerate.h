/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "setup/boot/planning.h"

/*
 * The system's own programs that put what was written into effect. What is planned already is not
 * planned twice.
 */

/*
 * What makes the boot loader's menu or entries again; nothing, if it reads its files itself. way:
 * BOOT_WAY_BOTH, or BOOT_WAY_THERE where nothing is to be taken back. -ENOTSUP: there is no kernel
 * to make an entry for.
 */
int regenerate_menu(struct planning *planning, enum boot_way way) MUST_CHECK;

/* What makes all initramfs images again; nothing, if that is not known here. */
int regenerate_initramfs(struct planning *planning) MUST_CHECK;
