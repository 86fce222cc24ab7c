/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/process.h"

/*
 * The container that a process runs in, by what its engine has called its cgroup:
 * "docker:0123456789ab", "proxmox:101". From the text of a /proc/PID/cgroup, and the units of it.
 * Only what root named counts, or what stands below a user's own manager as that user's: anybody
 * may call cgroups below his own as he likes. -ENOENT: it is in none that is known.
 */
int container_parse(const char *cgroup, const struct units *units, char ret[LABEL_SIZE]) MUST_CHECK;

#define CONTAINER_STOP_SIZE 200

/* What stops it: "docker stop 0123456789ab". */
void container_format_stop(const char *container, char ret[CONTAINER_STOP_SIZE]);
