// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A driver that is as bad as real ones at their worst, for the virtual hosts alone. It binds to
 * QEMU's device for lessons (1234:11e8), and to what is given to it by new_id, one device at a
 * time, which gets a node /dev/stubborn. How bad it is, its parameters say; all can be written
 * while it runs, and whoever waits looks at them again:
 *
 *     waits_for_users  remove waits until nobody has the node open, as a sound card's does
 *
 *     keeps            remove waits for ever, as NVIDIA's does for users who cannot let go
 *
 *     oopses           remove follows a pointer that is none
 *
 *     refuses          probe fails
 *
 *     defers           probe says that something is not there yet
 */
#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/wait.h>

static bool waits_for_users;
static bool keeps;
static bool oopses;
static bool refuses;
static bool defers;

static DECLARE_WAIT_QUEUE_HEAD(changed);
static atomic_t users = ATOMIC_INIT(0);
static struct pci_dev *bound;

static int set(const char *value, const struct kernel_param *parameter) {
	int r = param_set_bool(value, parameter);

	wake_up_all(&changed);
	return r;
}

static const struct kernel_param_ops behaviour = {.set = set, .get = param_get_bool};

module_param_cb(waits_for_users, &behaviour, &waits_for_users, 0644);
module_param_cb(keeps, &behaviour, &keeps, 0644);
module_param_cb(oopses, &behaviour, &oopses, 0644);
module_param_cb(refuses, &behaviour, &refuses, 0644);
module_param_cb(defers, &behaviour, &defers, 0644);

static int open_node(struct inode *inode, struct file *file) {
	atomic_inc(&users);
	return 0;
}

static int release_node(struct inode *inode, struct file *file) {
	atomic_dec(&users);
	wake_up_all(&changed);
	return 0;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = open_node,
	.release = release_node,
};

static struct miscdevice node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "stubborn",
	.fops = &operations,
};

static int stubborn_probe(struct pci_dev *device, const struct pci_device_id *id) {
	int r;

	if (READ_ONCE(refuses)) {
		return -EIO;
	}
	if (READ_ONCE(defers)) {
		pci_info(device, "puts it off\n");
		return -EPROBE_DEFER;
	}
	if (bound) {
		return -EBUSY;
	}
	r = pci_enable_device(device);
	if (r < 0) {
		return r;
	}
	node.parent = &device->dev;
	r = misc_register(&node);
	if (r < 0) {
		pci_disable_device(device);
		return r;
	}
	bound = device;
	return 0;
}

/* These are functions of their own so that a stack has their names. */
static noinline void stubborn_await_users(void) {
	wait_event(changed, atomic_read(&users) == 0 || !READ_ONCE(waits_for_users));
}

static noinline void stubborn_keep(void) {
	wait_event(changed, !READ_ONCE(keeps));
}

static noinline void stubborn_stumble(void) {
	int *nothing = NULL;

	OPTIMIZER_HIDE_VAR(nothing);
	WRITE_ONCE(*nothing, 1);
}

static void stubborn_remove(struct pci_dev *device) {
	stubborn_await_users();
	stubborn_keep();
	if (READ_ONCE(oopses)) {
		stubborn_stumble();
	}
	misc_deregister(&node);
	pci_disable_device(device);
	bound = NULL;
}

static const struct pci_device_id ids[] = {{PCI_DEVICE(0x1234, 0x11e8)}, {}};

static struct pci_driver stubborn_driver = {
	.name = KBUILD_MODNAME,
	.id_table = ids,
	.probe = stubborn_probe,
	.remove = stubborn_remove,
};

module_pci_driver(stubborn_driver);

MODULE_DESCRIPTION("A driver that does not let go");
MODULE_LICENSE("GPL");
