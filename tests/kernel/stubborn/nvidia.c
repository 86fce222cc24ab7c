// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * As much of NVIDIA's lowest module as a hand-over meets (contracts.md C5): a driver "nvidia",
 * nodes of the major number 195, /proc/driver/nvidia/gpus, and a remove that waits for ever, in
 * sleeps of half a second, while anybody uses a card: as releases before 580.105.08, of which a
 * loaded nvidia_modeset is somebody. It binds to QEMU's device for lessons (1234:11e8).
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "nvidia.h"

#define MAJOR_NUMBER  195
#define MINOR_MODESET 254

static atomic_t users = ATOMIC_INIT(0);
static struct proc_dir_entry *directory, *cards;
static unsigned int next_minor;

void nvidia_get(void) {
	atomic_inc(&users);
}
EXPORT_SYMBOL_GPL(nvidia_get);

void nvidia_put(void) {
	atomic_dec(&users);
}
EXPORT_SYMBOL_GPL(nvidia_put);

static bool is_of_card(const struct inode *inode) {
	return iminor(inode) < MINOR_MODESET;
}

static int open_node(struct inode *inode, struct file *file) {
	if (is_of_card(inode)) {
		nvidia_get();
	}
	return 0;
}

static int release_node(struct inode *inode, struct file *file) {
	if (is_of_card(inode)) {
		nvidia_put();
	}
	return 0;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = open_node,
	.release = release_node,
};

static int show_information(struct seq_file *file, void *data) {
	seq_printf(file, "Model: \t\t stand-in\nDevice Minor: \t %u\n",
		(unsigned int)(unsigned long)file->private);
	return 0;
}

static int nvidia_probe(struct pci_dev *device, const struct pci_device_id *id) {
	unsigned long minor = next_minor;
	struct proc_dir_entry *card;
	int r = pci_enable_device(device);

	if (r < 0) {
		return r;
	}
	card = proc_mkdir(pci_name(device), cards);
	if (!card || !proc_create_single_data(
			     "information", 0444, card, show_information, (void *)minor)) {
		proc_remove(card);
		pci_disable_device(device);
		return -ENOMEM;
	}
	pci_set_drvdata(device, card);
	next_minor++;
	return 0;
}

static noinline void nv_pci_remove_helper(struct pci_dev *device) {
	if (atomic_read(&users) > 0) {
		pci_err(device, "removed while it is in use\n");
	}
	while (atomic_read(&users) > 0) {
		msleep(500);
	}
	proc_remove(pci_get_drvdata(device));
	next_minor--;
	pci_disable_device(device);
}

static void nvidia_remove(struct pci_dev *device) {
	nv_pci_remove_helper(device);
}

static const struct pci_device_id ids[] = {{PCI_DEVICE(0x1234, 0x11e8)}, {}};

static struct pci_driver driver = {
	.name = KBUILD_MODNAME,
	.id_table = ids,
	.probe = nvidia_probe,
	.remove = nvidia_remove,
};

static void end(void) {
	proc_remove(directory);
	unregister_chrdev(MAJOR_NUMBER, "nvidia");
}

static int __init nvidia_init(void) {
	int r = register_chrdev(MAJOR_NUMBER, "nvidia", &operations);

	if (r < 0) {
		return r;
	}
	directory = proc_mkdir("driver/nvidia", NULL);
	cards = directory ? proc_mkdir("gpus", directory) : NULL;
	r = cards ? pci_register_driver(&driver) : -ENOMEM;
	if (r < 0) {
		end();
	}
	return r;
}
module_init(nvidia_init);

static void __exit nvidia_exit(void) {
	pci_unregister_driver(&driver);
	end();
}
module_exit(nvidia_exit);

MODULE_DESCRIPTION("Stand-in for NVIDIA's driver");
MODULE_VERSION("535.183.01");
MODULE_LICENSE("GPL");
