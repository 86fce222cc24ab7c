/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/* Every platform device whose name has "framebuffer" in it, ordered by name. -ENOMEM. */
int framebuffers_read(int root, struct framebuffer **ret, size_t *ret_count) MUST_CHECK;
