/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * The directory of a process in /proc. It stays that of the same process, whoever gets its number
 * later: when it has ended, there is nothing in it any more. Returns a descriptor; -ENOENT.
 */
int who_open(int root, int pid) MUST_CHECK;

/* From there: what the process is, the user as a number. What cannot be read is empty. */
void who_describe(int directory, int pid, struct who *ret);

/*
 * And of a QEMU the guest, as its command line has it. That is in its memory: one that is stuck may
 * block who reads it for ever, so this is for a child.
 */
void who_name_guest(int directory, struct who *who);

/* All of it, the guest by a child and with the name of the user. */
void who_read(int root, int directory, int pid, struct who *ret);
