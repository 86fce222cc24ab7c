/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAPPING_NAME_SIZE 256

/* A part of a process's memory with a file behind it: a line of its /proc/PID/maps. */
struct mapping {
	uint64_t start, end;
	bool shared;
	uint32_t major, minor; /* of the file system that the file is on, and not of a device */
	uint64_t inode;
	char name[MAPPING_NAME_SIZE]; /* as the kernel writes it; cut, it is only looked at */
};

/*
 * Takes lines off *text until one has a file behind it. False: there is none any more. What is no
 * such line is passed over.
 */
bool mapping_next(const char **text, struct mapping *ret);

/*
 * May a device be behind it? A mapping of one is shared, or at least called after a node; what the
 * kernel itself makes for sharing memory is none.
 */
bool mapping_may_be_device(const struct mapping *mapping);
