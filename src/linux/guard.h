/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "linux/machine.h"

/* As ops.guard. -EOPNOTSUPP: systemd does not run here. */
int guard_start(struct machine *machine, const char *guest, struct error *error) MUST_CHECK;

/* "baton-guard-GUEST.service": bytes that a unit's name may not have are written \xNN. */
int guard_unit_name(const char *guest, char *ret, size_t size) MUST_CHECK;

/*
 * For a process that systemd started as the guard's unit, once, when it begins to watch: tells
 * systemd that it is at its post, and from now on takes SIGTERM by machine->stop, so that no repair
 * is cut short. In other processes nothing happens.
 */
void guard_take_post(struct machine *machine);
