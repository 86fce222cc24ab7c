/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/address.h"
#include "linux/machine.h"

/* Is a guest there? Files in /proc and /sys say all that is needed; no hypervisor is asked. */

/* Where Proxmox has the locks on its guests' configurations: a file is closed when its lock is
 * given back. */
#define GUEST_PROXMOX_LOCKS "/var/lock/qemu-server"

/*
 * As ops.guest: GUEST_RUNNING while its QEMU lives or its devices are open, or for a detach by
 * hand; else GUEST_STARTING while whoever starts it is at it (libvirt's daemon, the holder of the
 * lock on a Proxmox guest's configuration, `baton run`, a rehearsal); else GUEST_GONE. -EOPNOTSUPP:
 * an unknown door.
 */
int guest_look(struct ops *ops, const char *key, const struct owner *owner, struct sight *ret,
	struct error *error) MUST_CHECK;

/*
 * In the worker: the process below root that is the guest: the QEMU that has this UUID (empty:
 * none), or whoever has one of the devices open through VFIO. *ret is {0} if there is none.
 */
int guest_find(int root, const char *uuid, const struct address *devices, size_t count,
	struct process *ret, struct error *error) MUST_CHECK;

/* Is this the command line of a QEMU with that UUID? Words end with a zero byte each. */
bool guest_has_uuid(const char *command_line, size_t length, const char *uuid);
