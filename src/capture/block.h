/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "capture/entry.h"

/* What stands between two blank lines of a text: a device, or a file. */
struct block {
	struct entries *entries;
	char path[TEXT_PATH_MAX]; /* absolute; empty: between blocks */
	bool is_file;
	bool has_properties;
	struct text content; /* of the file, or of the device's uevent */
	char subsystem[64];
	char name[256]; /* below /dev */
	unsigned int major, minor;
	bool has_number;
};

/* Each returns 0, -EINVAL, or what made of it failed with. */

/* Finishes what there is and begins the next: a file, or a device by its path below /sys. */
int block_start(struct block *block, const char *path, bool is_file) MUST_CHECK;

/* Makes what is known at its end alone: the file, the device's uevent and the links to it. */
int block_finish(struct block *block) MUST_CHECK;

/* Of a device. A link's target is made too, as the kernel keeps it, with the link back. */
int block_attribute(const struct block *block, const char *name, const char *data, size_t length)
	MUST_CHECK;
int block_link(const struct block *block, const char *name, const char *target) MUST_CHECK;
int block_property(struct block *block, const char *key, const char *value) MUST_CHECK;

void block_done(struct block *block);
