/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "inventory/usb.h"

/*
 * Adds the interfaces of the network's cards, bridges and bonds upon them, and the addresses that
 * the machine has on each (net_address.h). Without their speed, for which the kernel would have us
 * wait for whoever changes the network. -ENOMEM, -E2BIG.
 */
int network_attach(int root, const struct host *host, const struct usb_places *usb,
	struct growing *growing) MUST_CHECK;
