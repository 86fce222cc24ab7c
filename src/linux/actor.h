/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/actor.h"

/* That very process, for people to see. -ESRCH: it has ended. */
int actor_find(struct process process, struct actor *ret) MUST_CHECK;

/* The text of a /proc/PID/cmdline as one line; false if there is none. A long one is cut. */
bool actor_parse_command(const char *data, size_t length, char *ret, size_t size);
