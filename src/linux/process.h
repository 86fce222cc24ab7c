/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "run/ops.h"

/* Processes of the real machine, told apart by their start time. */

/* What /proc/PID/stat says, as far as we need it. */
struct process_stat {
	char comm[32]; /* TASK_COMM_LEN is 16; names of kernel workers are longer here */
	char state;    /* R, S, D, Z, X, ... */
	pid_t parent;
	bool kernel; /* a kernel thread */
	uint64_t start;
};

/* The text of a stat file. -EINVAL, and *ret untouched. */
int process_stat_parse(const char *line, struct process_stat *ret) MUST_CHECK;

/* Below the directory fd root. -ENOENT or -ESRCH: there is no such process. */
int process_stat_read(int root, pid_t pid, struct process_stat *ret) MUST_CHECK;

/* Of the real machine: the processes of a test's tree do not run. */
int process_look(pid_t pid, struct process_stat *ret) MUST_CHECK;

/* The process that has the pid now. -ESRCH. */
int process_find(pid_t pid, struct process *ret) MUST_CHECK;

/*
 * Does that very process still live? A zombie does not: its files are closed and its system calls
 * have returned. If it is a child of ours it is reaped. What cannot be read is taken to live: the
 * harm is in touching a device too early.
 */
bool process_alive(struct process process);

/* A pidfd of that very process: readable when it has ended. -ESRCH if it has already. */
int process_open(struct process process) MUST_CHECK;
