/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "linux/machine.h"

/* Is a guest there? Files in /proc and /sys say all that is needed; no hypervisor is asked. */

/* Where Proxmox has the locks on its guests' configurations: a file is closed when its lock is
 * given back. */
#define GUEST_PROXMOX_LOCKS "/var/lock/qemu-server"

/* Where it has the number of a guest's QEMU written. */
#define GUEST_PROXMOX_PID_FILE "/run/qemu-server/%s.pid"

/*
 * As ops.guest: GUEST_RUNNING while its QEMU lives or its devices are open, or for a detach by
 * hand; else GUEST_STARTING while whoever starts it is at it (libvirt's daemon, the holder of the
 * lock on a Proxmox guest's configuration, `baton run`, a rehearsal); else GUEST_GONE. -EOPNOTSUPP:
 * an unknown door.
 */
int guest_look(struct ops *ops, const char *key, const struct owner *owner, struct sight *ret,
	struct error *error) MUST_CHECK;

/* What a guest's QEMU is found by; empty: not by that. */
struct traces {
	char uuid[GUEST_SIZE];
	char pid_file[64]; /* and it must have been told to write that one */
	struct address devices[PLAN_DEVICES_MAX];
	size_t count;
};

struct found {
	struct process process; /* none: there is none */
	bool maybe; /* it is about to end and has no command line any more: it may be another's */
};

/*
 * In the worker: the process below root that is the guest: a QEMU by its UUID or by its pid file,
 * or whoever has one of the devices open through VFIO.
 */
int guest_find(int root, const struct traces *traces, struct found *ret, struct error *error)
	MUST_CHECK;
