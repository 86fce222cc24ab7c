/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/*
 * What is not part of "as before", by the name of its line in a dump (dump.c), and why. '*' stands
 * for anything. Shares no code with baton, as the dumper does not.
 */
bool exception_is(const char *name);

/* A line each: what, and why. */
void exceptions_print(void);
