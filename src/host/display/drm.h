/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/* Every /sys/class/drm/cardN of a PCI device, ordered by its device. -ENOMEM. */
int cards_read(int root, struct drm_card **ret, size_t *ret_count) MUST_CHECK;
void cards_free(struct drm_card *cards, size_t count);
