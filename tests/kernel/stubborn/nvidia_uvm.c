// SPDX-License-Identifier: GPL-2.0-or-later
/* Beside the row: builds on nvidia alone, and has nodes of a major number that is never the same.
 */
#include <linux/fs.h>
#include <linux/module.h>

#include "nvidia.h"

static int major;

static int open_node(struct inode *inode, struct file *file) {
	nvidia_get();
	return 0;
}

static int release_node(struct inode *inode, struct file *file) {
	nvidia_put();
	return 0;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = open_node,
	.release = release_node,
};

static int __init begin(void) {
	major = register_chrdev(0, "nvidia-uvm", &operations);
	return major < 0 ? major : 0;
}
module_init(begin);

static void __exit end(void) {
	unregister_chrdev(major, "nvidia-uvm");
}
module_exit(end);

MODULE_DESCRIPTION("Stand-in for NVIDIA's driver: unified memory");
MODULE_VERSION("535.183.01");
MODULE_LICENSE("GPL");
