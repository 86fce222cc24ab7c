// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

#define STAT_SIZE       2048
#define IS_KERNEL_TASK  0x00200000U /* PF_KTHREAD, include/linux/sched.h: fixed since 2.6.27 */
#define FIELDS_TO_FLAGS 4           /* fields between the parent's pid and the flags */
#define FIELDS_TO_START 12          /* fields between the flags and the start time */

/* Steps over count fields, each followed by a blank. */
static const char *skip(const char *line, int count) {
	for (; line && count > 0; count--) {
		line = strchr(line, ' ');
		line = line ? line + 1 : NULL;
	}
	return line;
}

/* "PID (COMM) STATE PARENT ...": COMM may hold blanks and brackets, so its end is the last one. */
int process_stat_parse(const char *line, struct process_stat *ret) {
	struct process_stat stat = {0};
	const char *comm = strchr(line, '('), *end = strrchr(line, ')'), *rest;
	unsigned int flags;
	int parent;

	if (!comm || !end || end < comm) {
		return -EINVAL;
	}
	comm++;
	if (name_format(stat.comm, sizeof(stat.comm), "%.*s", (int)(end - comm), comm) < 0) {
		/* A worker's long description: its beginning will do. */
		memcpy(stat.comm, comm, sizeof(stat.comm) - 1);
	}
	if (sscanf(end, ") %c %d ", &stat.state, &parent) != 2) {
		return -EINVAL;
	}
	rest = skip(end + 2, 2 + FIELDS_TO_FLAGS);
	if (!rest || sscanf(rest, "%u ", &flags) != 1) {
		return -EINVAL;
	}
	rest = skip(rest, 1 + FIELDS_TO_START);
	if (!rest || sscanf(rest, "%lu ", &stat.start) != 1) {
		return -EINVAL;
	}
	stat.parent = (pid_t)parent;
	stat.kernel = flags & IS_KERNEL_TASK;
	*ret = stat;
	return 0;
}

int process_stat_read(int root, pid_t pid, struct process_stat *ret) {
	char path[64], line[STAT_SIZE];
	int r = name_format(path, sizeof(path), "proc/%d/stat", (int)pid);

	if (r >= 0) {
		r = file_read_line(root, path, line, sizeof(line));
	}
	return r < 0 ? r : process_stat_parse(line, ret);
}

int process_look(pid_t pid, struct process_stat *ret) {
	AUTO_CLOSE int root = root_open("/");

	return root < 0 ? root : process_stat_read(root, pid, ret);
}

static bool is_nobody(int r) {
	return r == -ENOENT || r == -ESRCH;
}

int process_find(pid_t pid, struct process *ret) {
	struct process_stat stat;
	int r = process_look(pid, &stat);

	if (r < 0) {
		return is_nobody(r) ? -ESRCH : r;
	}
	*ret = (struct process){.pid = pid, .start = stat.start};
	return 0;
}

bool process_alive(struct process process) {
	struct process_stat stat;
	int r;

	if (process.pid <= 0) {
		return false;
	}
	r = process_look(process.pid, &stat);
	if (r < 0) {
		return !is_nobody(r);
	}
	if (stat.start != process.start) {
		return false;
	}
	if (stat.state == 'Z' && stat.parent == getpid()) {
		(void)waitpid(process.pid, NULL, WNOHANG);
	}
	return stat.state != 'Z' && stat.state != 'X';
}

int process_open(struct process process) {
	AUTO_CLOSE int fd = -1;
	int r;

	if (process.pid <= 0) {
		return -ESRCH;
	}
	fd = (int)syscall(SYS_pidfd_open, process.pid, 0);
	if (fd < 0) {
		return -errno;
	}
	/* Looked at after the pidfd holds it: the pid cannot have changed hands in between. */
	if (!process_alive(process)) {
		return -ESRCH;
	}
	r = fd;
	fd = -1;
	return r;
}
