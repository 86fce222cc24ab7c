/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/host.h"

/*
 * The network connections that NetworkManager has up and that end, or cannot be set up again, when
 * these users have no session any more: those with permissions for one of them (NetworkManager
 * takes a connection down that nobody may see), and those whose secret an agent within a session
 * keeps. own: the interfaces by which whoever asks came in.
 *
 * From NetworkManager's files alone: what is up stands in /run/NetworkManager/devices, the
 * connections in system-connections (nm-settings-keyfile(5)). -ENOMEM.
 */
int profiles_read(int root, const struct names *users, const struct names *own,
	struct profile **ret, size_t *ret_count) MUST_CHECK;
