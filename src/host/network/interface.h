/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/holder/node.h"

#define INTERFACE_SIZE 32 /* IFNAMSIZ is 16 */

/* A network interface, and what it stands on. */
struct interface {
	char name[INTERFACE_SIZE];
	int index;           /* 0: not readable */
	bool up;             /* switched on, whether there is a cable or not */
	bool is_end;         /* the host's end of a guest's or container's network (tap, macvtap,
				veth), with somebody at the other one */
	struct names lowers; /* bridges, bonds, VLANs: the interfaces below */
	size_t device_count; /* others, but tunnels: the PCI functions */
	struct address devices[NODE_DEVICES_MAX];
};

struct interfaces {
	struct interface *interfaces; /* ordered by name */
	size_t count;
};

/* A machine without network has none; -ENOMEM. */
int interfaces_read(int root, const struct host *host, struct interfaces *ret) MUST_CHECK;
void interfaces_free(struct interfaces *interfaces);

#define AUTO_INTERFACES CLEANUP(interfaces_free)

const struct interface *interfaces_find(const struct interfaces *interfaces, const char *name);

#define INTERFACE_ADDRESS_LENGTH 15 /* "enx" and twelve digits */

/* Is the word that the text begins with the name of an interface that is called after its hardware
 * address, which tells whose it is (systemd.net-naming-scheme(7))? "enx02005e100001" */
bool interface_has_address(const char *text, size_t length);

/*
 * Does the one stand on nothing: is it a tunnel, whose own packets find their way by the routes?
 */
bool interface_is_tunnel(const struct interface *interface);

/* Adds a copy of the holder for every PCI function that the interface stands on. */
int interfaces_hold(const struct interfaces *interfaces, const char *name,
	const struct holder *like, struct holders *holders) MUST_CHECK;
