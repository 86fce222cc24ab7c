/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/network/network.h"

/*
 * Adds what this machine has of others by the network, for all that the way there stands on:
 * mounts of NFS and CIFS, whose options tell the server's address; iSCSI's connections; NVMe
 * controllers over TCP. Nobody is asked who a name is.
 */
int remotes_read(const struct network *network) MUST_CHECK;
