/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"
#include "host/network/interface.h"
#include "host/network/route.h"

/*
 * What would be cut off with a network card. Only what loses something keeps it: the default route;
 * the connection by which a person is on this machine; the network of guests and containers that
 * run; the way to a disk or a file system elsewhere. An interface that is up, and nothing of these,
 * is only named: a network for which there is another card, or one that nobody needs any more,
 * looks the same, and switching it off is what its hand-over is for.
 *
 * All of them stand on the function below the bridges, bonds and VLANs in between. A tunnel's own
 * packets take routes of their own, which only its maker knows: it is taken to stand on every
 * interface that has a gateway, or, where none has (PPPoE), on every one that is up. Interfaces
 * that were given to another network namespace are not to be seen from here.
 */
struct network {
	int root;
	struct interfaces interfaces;
	struct routes routes;
	struct holders *holders;
	struct names *own; /* the interfaces that the caller's own connection stands on */
};

/*
 * Adds the holders, and to `own` the interfaces by which whoever asks came in. Waits for nobody.
 * -ENOMEM, -E2BIG.
 */
int network_read(int root, const struct host *host, struct holders *holders, struct names *own)
	MUST_CHECK;

/* Between the files of the network: adds a copy of the holder for all that an interface, or the way
 * to an address, stands on. */
int network_hold(const struct network *network, const char *interface, const struct holder *like)
	MUST_CHECK;
int network_hold_way(const struct network *network, const struct inet *address,
	const struct holder *like) MUST_CHECK;
