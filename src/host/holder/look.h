/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/disk/filesystem.h"
#include "host/holder/holder.h"
#include "host/holder/node.h"

/*
 * One look at one process: does it hold one of the nodes? By the numbers of what it has open and
 * mapped, not by paths: a node may be deleted, or stand elsewhere in a container.
 *
 * What does not count, because the kernel waits for nobody who has it: /dev/vga_arbiter, which is
 * of no device; attributes in sysfs (hwmon, config), whose readers read nothing more when the
 * device goes; a DRM node of a card as it was before its driver came back, which holds that
 * driver's module alone.
 */

/* What is found. It may be shared memory: holders below count are whole but for what describes
 * their process (name, uid, units, guest), which is filled in last. */
struct found {
	bool full; /* and holders are missing */
	size_t count;
	size_t on_disks; /* of these, WAY_DIRECTORY and WAY_FILE */
	struct holder holders[HOLDERS_MAX];
};

/* Of those on one's file systems no more are named: the mount says already that it is busy. */
#define FOUND_ON_DISKS_MAX 32

/* How many kinds of files without a device behind them are told apart: a few are there. */
#define ANONYMOUS_MAX 16

struct look {
	int root;
	int proc;  /* its /proc */
	int kfd;   /* kfd.h; -1: none */
	bool real; /* that is the kernel's: its links lead to the open files themselves */
	const struct nodes *nodes;
	const struct filesystems *filesystems;
	struct found *found;
	struct anonymous { /* file systems that have no device, by their number */
		uint32_t minor;
		bool buffers;
	} anonymous[ANONYMOUS_MAX];
	size_t anonymous_count;
};

/* Reads what the look needs to know of a machine; the caller sets the rest. */
int look_begin(int root, struct look *ret) MUST_CHECK;
void look_end(struct look *look);

#define AUTO_LOOK CLEANUP(look_end)

/*
 * Adds what the process holds. -EACCES: it does not let us look, or not at everything; what was
 * seen stays. A process that has ended meanwhile holds nothing: 0.
 */
int look_at_process(struct look *look, int pid) MUST_CHECK;
