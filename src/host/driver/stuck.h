/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * What a task waits in, from /proc/PID/stack (root only, and not in every kernel) or else
 * /proc/PID/wchan. The stack may wait for a task that is just becoming another program.
 */

/* As stuck_read, for a child that may wait. -ESRCH: there is no such task. */
int stuck_read_here(int root, int pid, struct stuck *ret) MUST_CHECK;

/* Adds the functions that stand in the text of a /proc/PID/stack ("[<0>] FUNCTION+0x1/0x2
 * [MODULE]").
 */
void stack_parse(const char *data, struct stuck *stuck);

/*
 * Who has a node below this directory of /dev open although it has gone ("/dev/snd/controlC0
 * (deleted)")? pid 0: nobody, or no one that we may look into.
 */
void orphan_find(int root, const char *directory, struct holder *ret);
