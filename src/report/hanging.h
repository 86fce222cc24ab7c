/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/attached.h"
#include "report/listing.h"

/*
 * What hangs on a device, a line each: "DP-1  DELL U2720Q, 3840x2160", "sda1  ext4, 931.5G, on
 * /home". What says nothing is left out: root hubs, and sockets with nothing in them are one line
 * together. A file system's mounts and an interface's addresses stand in its own line.
 */
struct hanging {
	const struct attached *attached; /* NULL: sockets with nothing in them */
	unsigned int depth;              /* 0: it hangs on the device itself */
	char name[LABEL_SIZE];           /* "DP-1" */
	struct text text;                /* may be empty */
};

struct hangings {
	struct hanging *hangings;
	size_t count;
};

/* -ENOMEM */
int hangings_of(const struct listing *listing, const struct device *device, struct hangings *ret)
	MUST_CHECK;
void hangings_free(struct hangings *hangings);

#define AUTO_HANGINGS CLEANUP(hangings_free)
