/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdint.h>

/* An address range of a PCI function: a line of its `resource` in sysfs. */
struct resource {
	uint64_t start;
	uint64_t end; /* the last byte; 0 with a start of 0: there is no such range */
	uint64_t flags;
};

#define RESOURCE_ROM 6 /* PCI_ROM_RESOURCE: after the six BARs */

/* include/linux/ioport.h: the firmware's copy in memory stands for the ROM, which is not read */
#define RESOURCE_ROM_SHADOW (1U << 1)

/* Range `index` in the text of a `resource`. -ENOENT: it has no such line; -EINVAL. */
int resource_parse(const char *data, unsigned int index, struct resource *ret) MUST_CHECK;

/* The same of the device with that name. */
int resource_read(int root, const char *name, unsigned int index, struct resource *ret) MUST_CHECK;
