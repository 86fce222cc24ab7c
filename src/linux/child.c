// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "linux/cgroup.h"
#include "linux/deadline.h"
#include "linux/process.h"

/* Where a child has its two descriptors. 0 to 2 are the root directory too: whatever a library
 * writes there goes nowhere, and no file that it opens can come to lie there. */
enum {
	FD_CONTROL = STDERR_FILENO + 1,
	FD_ROOT,
	FD_ABOVE,
};

struct verdict {
	int r;
	struct error error;
};

static int move_descriptors(int control, int root) {
	/* Out of the way first: the two may lie where they or the other have to go. */
	int control_away = fcntl(control, F_DUPFD_CLOEXEC, FD_ABOVE);
	int root_away = fcntl(root, F_DUPFD_CLOEXEC, FD_ABOVE);

	if (control_away < 0 || root_away < 0) {
		return -errno;
	}
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (dup2(root_away, fd) < 0) {
			return -errno;
		}
	}
	if (dup3(control_away, FD_CONTROL, O_CLOEXEC) < 0 ||
		dup3(root_away, FD_ROOT, O_CLOEXEC) < 0) {
		return -errno;
	}
	return syscall(SYS_close_range, FD_ABOVE, ~0U, 0) < 0 ? -errno : 0;
}

static int shed(struct machine *machine, int control) {
	int r = move_descriptors(control, machine->root);

	if (r < 0) {
		return r;
	}
	machine->root = FD_ROOT;
	machine->lock = -1;
	machine->changes = -1;
	machine->stop = -1;
	(void)prctl(PR_SET_NAME, "baton-writer");
	(void)setsid();
	return fchdir(FD_ROOT) < 0 ? -errno : 0;
}

/* False if the parent has gone or does not want it any more. */
static bool is_let_go(void) {
	char go;

	/* No signal can interrupt this: they are blocked. */
	return recv(FD_CONTROL, &go, sizeof(go), 0) == sizeof(go);
}

static void answer_parent(struct verdict *verdict, void *answer, size_t answer_size) {
	struct iovec parts[] = {
		{.iov_base = verdict, .iov_len = sizeof(*verdict)},
		{.iov_base = answer, .iov_len = answer_size},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = COUNT(parts)};

	/* A parent that has gone reads the fact off the machine, later. */
	(void)sendmsg(FD_CONTROL, &message, MSG_NOSIGNAL);
}

static _Noreturn void serve(struct machine *machine, const struct duty *duty, int control) {
	_Alignas(max_align_t) char answer[CHILD_ANSWER_MAX] = {0};
	struct verdict verdict = {0};

	if (shed(machine, control) < 0) {
		_exit(EXIT_FAILURE);
	}
	if (is_let_go()) {
		verdict.r = duty->work(machine, duty->order, answer, &verdict.error);
		answer_parent(&verdict, answer, duty->answer_size);
	}
	_exit(EXIT_SUCCESS);
}

/* Signals are blocked across the fork, so that no handler of the parent runs in the child. */
static pid_t fork_quietly(void) {
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	if (pid != 0) {
		int saved = errno;

		sigprocmask(SIG_SETMASK, &before, NULL);
		errno = saved;
	}
	return pid;
}

/* It has ended or is about to; a caller that ignores SIGCHLD leaves nothing to wait for. */
static int reap(pid_t pid) {
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			return 0;
		}
	}
	return status;
}

int child_start(
	struct machine *machine, const struct duty *duty, struct child *ret, struct error *error) {
	struct child child = {.answer_size = duty->answer_size};
	int sockets[2], r;
	pid_t pid;

	assert(duty->answer_size <= CHILD_ANSWER_MAX);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) {
		return error_set(error, -errno, "cannot make a socket pair: %s", strerror(errno));
	}
	child.control = sockets[0];
	pid = fork_quietly();
	if (pid == 0) {
		close(sockets[0]);
		serve(machine, duty, sockets[1]);
	}
	r = pid < 0 ? -errno : 0;
	close(sockets[1]);
	if (r < 0) {
		close(child.control);
		return error_set(error, r, "cannot start a process: %s", strerror(-r));
	}
	/* Our child cannot vanish before we reap it, so this is the right one. */
	r = process_find(pid, &child.process);
	if (r < 0) {
		child.process.pid = pid;
		child_cancel(&child);
		return error_set(error, r, "cannot read /proc/%d/stat: %s", (int)pid, strerror(-r));
	}
	*ret = child;
	return 0;
}

void child_cancel(struct child *child) {
	close(child->control);
	(void)reap(child->process.pid);
}

/* It went without an answer: somebody killed it, or it could not even start. */
static int mourn(struct child *child, struct error *error) {
	int status = reap(child->process.pid);

	close(child->control);
	if (WIFSIGNALED(status)) {
		return error_set(error, -ECHILD,
			"the process that was to make the change was ended by signal %d",
			WTERMSIG(status));
	}
	return error_set(error, -ECHILD,
		"the process that was to make the change ended without an answer (status %d)",
		WEXITSTATUS(status));
}

static int hear(struct child *child, void *answer, struct error *error) {
	char received[CHILD_ANSWER_MAX];
	struct verdict verdict;
	struct iovec parts[] = {
		{.iov_base = &verdict, .iov_len = sizeof(verdict)},
		{.iov_base = received, .iov_len = child->answer_size},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = COUNT(parts)};
	ssize_t n;

	do {
		n = recvmsg(child->control, &message, 0);
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)(sizeof(verdict) + child->answer_size)) {
		return mourn(child, error);
	}
	close(child->control);
	(void)reap(child->process.pid);
	if (error) {
		*error = verdict.error;
	}
	if (answer && verdict.r >= 0) {
		memcpy(answer, received, child->answer_size);
	}
	return verdict.r;
}

int child_run(struct machine *machine, struct child *child, uint64_t deadline, void *answer,
	struct error *error) {
	struct pollfd wait = {.fd = child->control, .events = POLLIN};
	char go = 0;
	int r;

	if (send(child->control, &go, sizeof(go), MSG_NOSIGNAL) < 0) {
		return mourn(child, error);
	}
	r = deadline_poll(&wait, 1, deadline);
	if (r > 0) {
		return hear(child, answer, error);
	}
	/* The deadline. A writer in the kernel is never killed: that would make an interruptible
	 * wait uninterruptible, and undo nothing (contracts.md C2). */
	close(child->control);
	cgroup_leave(machine->root, child->process.pid);
	return error_set(error, -EINPROGRESS, "process %d still waits for the kernel",
		(int)child->process.pid);
}

int child_do(struct machine *machine, const struct duty *duty, uint64_t deadline, void *answer,
	struct error *error) {
	struct child child;
	int r = child_start(machine, duty, &child, error);

	return r < 0 ? r : child_run(machine, &child, deadline, answer, error);
}
