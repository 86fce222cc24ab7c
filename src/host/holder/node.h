/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * The device nodes by which a process can hold a PCI function: "226:0 is dri/card0 of
 * 0000:01:00.0". One node may stand for several functions (a volume over two disks, an IOMMU group)
 * and then is there several times.
 */
struct node {
	bool block;
	uint32_t major;
	uint32_t minor;
	char name[LABEL_SIZE]; /* below /dev */
	struct address device;
	uint32_t kfd_gpu;                 /* the device's number to amdgpu, where who has the node
					     open need not use this card (kfd.h); 0 elsewhere */
	bool only_card;                   /* "dri/cardN" of the only device that has any */
	char only_of_driver[DRIVER_SIZE]; /* "dri/cardN" of the only device with that driver */
};

struct nodes {
	struct node *nodes; /* ordered by block, major, minor, device */
	size_t count;
	bool other_cards; /* there are DRM nodes of devices that are no PCI function */
};

/* -ENOMEM, -E2BIG */
int nodes_add(struct nodes *nodes, const struct node *node) MUST_CHECK;
int nodes_read(int root, const struct host *host, struct nodes *ret) MUST_CHECK;
void nodes_free(struct nodes *nodes);

#define AUTO_NODES CLEANUP(nodes_free)

/*
 * The functions that what the link leads to stands on: the nearest, and those above it that are no
 * bridges (Intel's VMD has disks in a PCI domain of its own below it). Returns how many.
 */
#define NODE_DEVICES_MAX 16

size_t node_devices(
	const struct host *host, const char *link, struct address ret[NODE_DEVICES_MAX]);

/* Takes "226:0", the name of a link in /sys/dev. -EINVAL. */
int node_set_number(struct node *node, const char *name) MUST_CHECK;

/*
 * The first node with the kind and numbers of `number`, or NULL. The others with them follow in the
 * array: nodes_next(nodes, node + 1, number), until that is NULL.
 */
const struct node *nodes_find(const struct nodes *nodes, const struct node *number);
const struct node *nodes_next(
	const struct nodes *nodes, const struct node *node, const struct node *number);

/* The first with that name below /dev, or NULL. */
const struct node *nodes_find_name(const struct nodes *nodes, const char *name);
