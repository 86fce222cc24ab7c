/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "run/ops.h"

/*
 * Reads the expansion ROM of a function through sysfs: switches its decoding on and off again
 * (Documentation/PCI/sysfs-pci.rst), and the function itself, if it has no driver that did. Nothing
 * is written to the ROM. A child does it, which puts everything back even if we are killed; if it
 * is given up, another one does that.
 * -ENOENT: there is no ROM to be read; -EACCES; -EIO: the device does not answer; -ETIMEDOUT.
 */
int rom_read(struct ops *ops, const char *address, struct text *ret, struct error *error)
	MUST_CHECK;

/* Into a new file that everybody may read, as hypervisors do: the place is the caller's. -EEXIST */
int rom_write(const char *path, const struct text *bytes, struct error *error) MUST_CHECK;
