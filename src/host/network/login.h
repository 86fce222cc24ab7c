/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/network/network.h"

/*
 * Adds the connections by which people are on this machine: those that the leaders of logind's
 * remote sessions have, and those that any process above this one has, which are whoever asks us.
 * Known by their sockets and not by SSH_CONNECTION, which anybody can set; by the routes that lead
 * to both ends. A console needs none, and one within the machine (a tunnel's end) stands on no
 * card.
 */
int logins_read(const struct network *network) MUST_CHECK;

/* One line of a /proc/net/tcp or tcp6. */
struct connection {
	struct inet local;
	struct inet remote;
	unsigned long inode;
};

/* -EINVAL: no established connection. */
int connection_parse(const char *line, struct connection *ret) MUST_CHECK;
