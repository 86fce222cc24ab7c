// SPDX-License-Identifier: GPL-2.0-or-later
/* The uppermost of the row: it builds on nvidia_modeset. */
#include <linux/module.h>

#include "nvidia.h"

static int __init begin(void) {
	nvidia_modeset_get();
	return 0;
}
module_init(begin);

static void __exit end(void) {
	nvidia_modeset_put();
}
module_exit(end);

MODULE_DESCRIPTION("Stand-in for NVIDIA's driver: direct rendering");
MODULE_VERSION("535.183.01");
MODULE_LICENSE("GPL");
