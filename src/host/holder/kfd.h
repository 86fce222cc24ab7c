/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/node.h"

/*
 * AMD's compute driver has one node for all cards, /dev/kfd. With one card, who has it open has the
 * card. With several, the driver says in sysfs which of them a process has memory or queues on
 * (kfd_process.c of amdgpu); the cards have numbers of its own there.
 */

/* Adds the node for each card that amdgpu has. -ENOMEM, -E2BIG. */
int kfd_nodes_add(int root, const struct host *host, struct node *node, struct nodes *nodes)
	MUST_CHECK;

/* Does the process use the card, as far as the driver says? kfd: /sys/class/kfd/kfd. */
bool kfd_uses(int kfd, int pid, uint32_t gpu);

#define KFD "sys/class/kfd/kfd"

/* A card's address, from the text of a topology/nodes/N/properties. -EINVAL. */
int kfd_address_parse(const char *properties, struct address *ret) MUST_CHECK;
