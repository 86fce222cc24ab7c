/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"

/*
 * Runs another program to its end, in the foreground: it has our standard streams, and signals that
 * are sent to us are passed on (a terminal's reach it by themselves). words begins with the name
 * that the program is given, and ends with NULL. Returns its exit code, or 128 and the number of
 * the signal that it died of, as shells do; -errno if it cannot be started. If we are killed, it
 * goes on.
 */
int child_run(const char *program, char **words, struct error *error) MUST_CHECK;
