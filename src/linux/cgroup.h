/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <sys/types.h>

/*
 * Moves a process that is stuck in the kernel into the root cgroup, where it belongs to no unit: in
 * the cgroup of its caller (libvirtd.service, a login session, the guard's unit) it would keep that
 * unit from ever being stopped, and be sent SIGKILL with it. Works for a process that does not run.
 * Where it is not permitted or there are no cgroups, the process stays where it is.
 *
 * Only for stuck ones: the move waits for all CPUs (cgroup_threadgroup_rwsem), which costs more
 * than most changes do.
 */
void cgroup_leave(int root, pid_t pid);
