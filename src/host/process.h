/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder.h"
#include "host/node.h"

/*
 * Adds the processes that have one of the nodes open, by the numbers of what is open and not by its
 * path: a node may be deleted, or stand elsewhere in a container. *ret_hidden: how many processes
 * did not let us look. Waits for nobody, not even for a file server that is dead.
 */
int processes_read(int root, const struct nodes *nodes, struct holders *holders, size_t *ret_hidden)
	MUST_CHECK;

/*
 * The unit that the process runs in: a service or scope of the system manager. Those of user
 * managers are "user@UID.service". -ENOENT: none.
 */
int process_unit(int root, int pid, char *ret, size_t size) MUST_CHECK;

/* Where a process runs, as struct holder has it. */
struct units {
	char unit[LABEL_SIZE];
	char user_unit[LABEL_SIZE];
};

/* From the text of a /proc/PID/cgroup. -ENOENT: in no unit; -ENAMETOOLONG. */
int cgroup_units_parse(const char *data, struct units *ret) MUST_CHECK;

/* The parent, from the text of a /proc/PID/stat. -EINVAL. */
int stat_parent_parse(const char *data, int *ret) MUST_CHECK;
int process_parent(int root, int pid, int *ret) MUST_CHECK;
