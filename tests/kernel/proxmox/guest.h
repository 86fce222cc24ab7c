/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "file.h"

/* A guest's files in /run/qemu-server and its process (contracts.md A6). */

/* Where a guest keeps the file with this ending: "pid", "qmp", "cleanup" … */
void guest_path(unsigned int vmid, const char *ending, char ret[PATH_SIZE]);

/* Its QEMU, or 0: it does not run. A process counts that says by its arguments that it is that. */
pid_t guest_pid(unsigned int vmid);

/* Until it does not run any more; false: it still does after timeout_s. */
bool guest_await_end(unsigned int vmid, unsigned int timeout_s);

/* The guest that a process is the QEMU of, by its argument -pidfile, or 0. */
unsigned int guest_of(pid_t pid);
