// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeps the cards as long as it is loaded. */
#include <linux/module.h>

#include "nvidia.h"

void nvidia_modeset_get(void) {
	nvidia_get();
}
EXPORT_SYMBOL_GPL(nvidia_modeset_get);

void nvidia_modeset_put(void) {
	nvidia_put();
}
EXPORT_SYMBOL_GPL(nvidia_modeset_put);

static int __init begin(void) {
	nvidia_get();
	return 0;
}
module_init(begin);

static void __exit end(void) {
	nvidia_put();
}
module_exit(end);

MODULE_DESCRIPTION("Stand-in for NVIDIA's driver: screens");
MODULE_VERSION("535.183.01");
MODULE_LICENSE("GPL");
