/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

/* What the stand-in says, and what it remembers for the scenarios. */

/* One line a happening: SECONDS VMID WORDS. It outlives a restart of the host. */
#define EVENTS "/var/log/proxmox-stand-in"

/* Says on stderr what went wrong; false, to be returned. */
bool fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says on stderr what is odd but ends nothing. */
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Adds a line to EVENTS, in one write: several programs do that at a time. */
void record(unsigned int vmid, const char *format, ...) __attribute__((format(printf, 2, 3)));
