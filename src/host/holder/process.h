/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "host/holder/holder.h"

/*
 * The unit that the process runs in: a service or scope of the system manager. Those of user
 * managers are "user@UID.service". -ENOENT: none.
 */
int process_unit(int root, int pid, char *ret, size_t size) MUST_CHECK;

/* Where a process runs, as struct who has it. */
struct units {
	char unit[LABEL_SIZE];
	char user_unit[LABEL_SIZE];
};

/* From the text of a /proc/PID/cgroup. -ENOENT: in no unit; -ENAMETOOLONG. */
int cgroup_units_parse(const char *data, struct units *ret) MUST_CHECK;

/* From the text of a /proc/PID/stat: the parent; when it started. -EINVAL. */
int stat_parent_parse(const char *data, int *ret) MUST_CHECK;
int stat_start_parse(const char *data, uint64_t *ret) MUST_CHECK;
int process_parent(int root, int pid, int *ret) MUST_CHECK;

/* Is it a part of the kernel? By the text of a /proc/PID/stat. */
bool stat_is_kernel_thread(const char *data);
bool process_is_kernel_thread(int root, int pid);
