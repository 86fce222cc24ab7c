// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/lock.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>

#include "base/text.h"
#include "linux/actor.h"
#include "linux/deadline.h"
#include "linux/process.h"
#include "linux/store.h"

#define LOCKS_MAX (1U << 20)

/* After the deadline the timer goes on ringing: one that rings just before flock begins to wait is
 * not the last. */
#define AGAIN_US 20000

static void wake(int signal) {
	/* Only there so that flock returns EINTR. */
}

static struct timeval make_timeval(uint64_t us) {
	return (struct timeval){
		.tv_sec = (time_t)(us / US_PER_S), .tv_usec = (suseconds_t)(us % US_PER_S)};
}

static int wait_for(int fd, uint64_t deadline) {
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR) {
			return -errno;
		}
		if (deadline_over(deadline)) {
			return -EBUSY;
		}
	}
	return 0;
}

/* Waits in the kernel, so that the lock is ours the moment it is free, and wakes up by a timer. */
static int wait_with_timer(int fd, uint64_t deadline) {
	struct sigaction action = {.sa_handler = wake}, action_before;
	struct itimerval timer = {
		.it_value = make_timeval(deadline_left_us(deadline) + 1),
		.it_interval = make_timeval(AGAIN_US),
	};
	const struct itimerval off = {0};
	sigset_t alarm, mask_before;
	int r;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigaction(SIGALRM, &action, &action_before);
	sigprocmask(SIG_UNBLOCK, &alarm, &mask_before);
	setitimer(ITIMER_REAL, &timer, NULL);
	r = wait_for(fd, deadline);
	setitimer(ITIMER_REAL, &off, NULL);
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
	sigaction(SIGALRM, &action_before, NULL);
	return r;
}

/* "1: FLOCK  ADVISORY  WRITE 1234 00:1a:567 0 EOF"; who waits has "->" after the number. */
int lock_holder_parse(const char *locks, unsigned int major, unsigned int minor,
	unsigned long inode, pid_t *ret) {
	for (const char *line = locks; *line; line += strspn(line, "\n")) {
		unsigned int line_major, line_minor;
		unsigned long line_inode;
		int pid;

		if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%lu ", &pid, &line_major, &line_minor,
			    &line_inode) == 4 &&
			line_major == major && line_minor == minor && line_inode == inode) {
			*ret = (pid_t)pid;
			return 0;
		}
		line += strcspn(line, "\n");
	}
	return -ENOENT;
}

static int find_holder(struct machine *machine, int fd, pid_t *ret) {
	AUTO_FREE char *locks = NULL;
	struct stat stat;
	int r;

	if (fstat(fd, &stat) < 0) {
		return -errno;
	}
	r = file_read(machine->root, "proc/locks", LOCKS_MAX, &locks, NULL);
	return r < 0 ? r
		     : lock_holder_parse(
			       locks, major(stat.st_dev), minor(stat.st_dev), stat.st_ino, ret);
}

int lock_holder(struct ops *ops, struct actor *ret) {
	struct machine *machine = (struct machine *)ops;
	AUTO_CLOSE int fd = store_open(machine, false, NULL);
	struct process process;
	pid_t pid = 0;
	int r = fd < 0 ? fd : find_holder(machine, fd, &pid);

	r = r < 0 ? r : process_find(pid, &process);
	if (r < 0) {
		return r == -ESRCH ? -ENOENT : r;
	}
	r = actor_find(process, ret);
	return r == -ESRCH ? -ENOENT : r;
}

static int refuse(struct machine *machine, int fd, struct error *error) {
	const char *state = machine->options.state;
	unsigned int seconds = machine->options.lock_timeout_ms / MS_PER_S;
	struct process_stat stat;
	pid_t pid = 0;

	if (find_holder(machine, fd, &pid) < 0 || process_look(pid, &stat) < 0) {
		return error_set(error, -EBUSY,
			"another hand-over is under way: %s has been locked for %u s; try again "
			"when it is done",
			state, seconds);
	}
	return error_set(error, -EBUSY,
		"another hand-over is under way: %s (process %d) has held the lock on %s for %u s; "
		"try again when it is done",
		stat.comm, (int)pid, state, seconds);
}

int lock_take(struct ops *ops, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	AUTO_CLOSE int fd = -1;
	int r = 0;

	assert(machine->lock < 0);
	fd = store_open(machine, true, error);
	if (fd < 0) {
		return fd;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		r = errno == EWOULDBLOCK
			    ? wait_with_timer(fd, deadline_after(machine->options.lock_timeout_ms))
			    : -errno;
	}
	if (r == -EBUSY) {
		return refuse(machine, fd, error);
	}
	if (r < 0) {
		return error_set(
			error, r, "cannot lock %s: %s", machine->options.state, strerror(-r));
	}
	machine->lock = fd;
	fd = -1;
	return 0;
}

void lock_release(struct ops *ops) {
	struct machine *machine = (struct machine *)ops;

	closep(&machine->lock);
	machine->lock = -1;
}
