/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/text.h"
#include "early/assigned.h"
#include "host/host.h"
#include "inventory/boot/initramfs.h"

/*
 * What is given to vfio-pci when the machine starts (/etc/baton/assigned), whether the initramfs
 * has it, and whether it took this time, and if not, why: from files alone.
 */

enum assignment_state {
	ASSIGNMENT_TOOK,    /* it is with vfio-pci since the machine started */
	ASSIGNMENT_THERE,   /* it is with vfio-pci, and not by this */
	ASSIGNMENT_PENDING, /* at the next start */
	ASSIGNMENT_MISSED,  /* it did not take, and would not the next time */
	ASSIGNMENT_BROKEN,  /* the line is not one */
};

struct assignment {
	struct assigned what;
	unsigned int line;
	enum assignment_state state;
	struct text because; /* a sentence without an end; empty: nothing to say */
};

/* Is what is assigned on the initramfs of the kernel that runs? By its time alone. */
enum image_age {
	IMAGE_UNKNOWN, /* it is not where images usually are */
	IMAGE_OLDER,   /* than the file */
	IMAGE_NEWER,
};

/* Starts as {0}. No file, no assignments. */
struct assignments {
	struct assignment *all;
	size_t count;
	enum image_age age;
	char image[LABEL_SIZE]; /* its path; empty: unknown */
};

/* -ENOMEM. */
int assignments_read(int root, const struct host *host, const struct initramfs *initramfs,
	struct assignments *ret) MUST_CHECK;
void assignments_free(struct assignments *assignments);

/* The one that fits the device, address and identity, or NULL. */
const struct assignment *assignments_find(
	const struct assignments *assignments, const struct device *device);

const char *assignment_state_name(enum assignment_state state); /* "took": in JSON */
