/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/error.h"

#include <stddef.h>

/* What a PCI function is told besides its driver: attributes in its directory of sysfs, below the
 * directory fd root. */

/* Opens the function's directory: the fd, or -ENODEV: there is no such function. */
int setting_open(int root, const char *address, struct error *error) MUST_CHECK;

/* The first line. -ENODEV also if it has no such attribute. */
int setting_read(int root, const char *address, const char *name, char *ret, size_t size,
	struct error *error) MUST_CHECK;

/* Writes the value as a line, with one write. */
int setting_write(int root, const char *address, const char *name, const char *value,
	struct error *error) MUST_CHECK;
