/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/file.h"

/* Where mkinitcpio is configured (mkinitcpio(8)). */
#define MKINITCPIO "/etc/mkinitcpio.conf"

/*
 * Appends the files that mkinitcpio -P may go by, each once: its own, whether it is there or not,
 * the drop-ins, and what presets name in their place (ALL_config=, default_config=). -ENOMEM.
 */
int mkinitcpio_files(int root, struct names *ret) MUST_CHECK;

/* Is there any preset? Without one, mkinitcpio -P makes nothing: kernel-install calls it. */
bool mkinitcpio_has_presets(int root);
