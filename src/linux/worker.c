// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/worker.h"

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

/* What the worker calls itself: seen in ps, and asked by worker_alive. */
#define NAME_IDLE "baton-idle"
#define NAME_BUSY "baton-writer"

#define END_TIMEOUT_MS 1000

/* Where a worker has its two descriptors. 0 to 2 are the root directory too: whatever a library
 * writes there goes nowhere, and no file that it opens can come to lie there. */
enum {
	FD_CONTROL = STDERR_FILENO + 1,
	FD_ROOT,
	FD_ABOVE,
};

/* An order as it is sent. The worker is a copy of us, so a function is where it is here. */
struct task {
	int (*work)(struct machine *machine, const void *order, void *answer, struct error *error);
	size_t answer_size;
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
	machine->inhibitor = -1;
	machine->worker = (struct worker){.control = -1};
	machine->vigil.opens = -1;
	(void)setsid();
	/* For commands of modprobe.d: not what a hook's caller or a person had set. */
	if (clearenv() != 0 || setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1) < 0) {
		return -ENOMEM;
	}
	return fchdir(FD_ROOT) < 0 ? -errno : 0;
}

static int send_both(
	int control, void *first, size_t first_size, void *second, size_t second_size) {
	struct iovec parts[] = {
		{.iov_base = first, .iov_len = first_size},
		{.iov_base = second, .iov_len = second_size},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = COUNT(parts)};

	return sendmsg(control, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* How many bytes came, 0 if the other end is gone. */
static ssize_t receive_both(
	int control, void *first, size_t first_size, void *second, size_t second_size) {
	struct iovec parts[] = {
		{.iov_base = first, .iov_len = first_size},
		{.iov_base = second, .iov_len = second_size},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = COUNT(parts)};
	ssize_t n;

	do {
		n = recvmsg(control, &message, 0);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? 0 : n;
}

/* One order; false if there will be no more. */
static bool serve_one(struct machine *machine) {
	_Alignas(max_align_t) char order[ORDER_MAX] = {0}, answer[ANSWER_MAX] = {0};
	struct verdict verdict = {0};
	struct task task;

	if (receive_both(FD_CONTROL, &task, sizeof(task), order, sizeof(order)) <
		(ssize_t)sizeof(task)) {
		return false;
	}
	(void)prctl(PR_SET_NAME, NAME_BUSY);
	verdict.r = task.work(machine, order, answer, &verdict.error);
	(void)prctl(PR_SET_NAME, NAME_IDLE);
	/* Whoever is not there any more reads the fact off the machine, later. */
	return send_both(FD_CONTROL, &verdict, sizeof(verdict), answer, task.answer_size) == 0;
}

static _Noreturn void serve(struct machine *machine, int control) {
	if (shed(machine, control) < 0) {
		_exit(EXIT_FAILURE);
	}
	while (serve_one(machine)) {
	}
	_exit(EXIT_SUCCESS);
}

/* Signals are blocked across the fork, so that no handler of ours runs in the worker; and it is
 * called idle from the first moment. */
static pid_t fork_quietly(void) {
	sigset_t all, before;
	char name[16] = "";
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	(void)prctl(PR_GET_NAME, name);
	(void)prctl(PR_SET_NAME, NAME_IDLE);
	pid = fork();
	if (pid != 0) {
		int saved = errno;

		(void)prctl(PR_SET_NAME, name);
		sigprocmask(SIG_SETMASK, &before, NULL);
		errno = saved;
	}
	return pid;
}

static int make_worker(struct machine *machine, struct error *error) {
	struct worker worker;
	int sockets[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) {
		return error_set(error, -errno, "cannot make a socket pair: %s", strerror(errno));
	}
	pid = fork_quietly();
	if (pid == 0) {
		close(sockets[0]);
		serve(machine, sockets[1]);
	}
	r = pid < 0 ? -errno : 0;
	close(sockets[1]);
	worker = (struct worker){.process = {.pid = pid}, .control = sockets[0]};
	if (r < 0) {
		close(sockets[0]);
		return error_set(error, r, "cannot start a process: %s", strerror(-r));
	}
	machine->worker = worker;
	/* Our child cannot vanish before we reap it, so this is the right one. */
	r = process_find(pid, &machine->worker.process);
	if (r < 0) {
		worker_dismiss(machine);
		return error_set(error, r, "cannot read /proc/%d/stat: %s", (int)pid, strerror(-r));
	}
	return 0;
}

/* It has ended or is about to; a caller that ignores SIGCHLD leaves nothing to wait for. */
static int release(struct machine *machine) {
	int status = 0;

	closep(&machine->worker.control);
	while (waitpid(machine->worker.process.pid, &status, 0) < 0) {
		if (errno != EINTR) {
			break;
		}
	}
	machine->worker = (struct worker){.control = -1};
	return status;
}

void worker_dismiss(struct machine *machine) {
	if (machine->worker.process.pid) {
		(void)release(machine);
	}
}

int worker_ready(struct machine *machine, struct process *ret, struct error *error) {
	struct pollfd end = {.fd = machine->worker.control, .events = POLLIN};
	int r = 0;

	/* An idle worker says nothing: if there is something, it is its end. */
	if (machine->worker.process.pid && poll(&end, 1, 0) != 0) {
		worker_dismiss(machine);
	}
	if (!machine->worker.process.pid) {
		r = make_worker(machine, error);
	}
	if (r >= 0) {
		*ret = machine->worker.process;
	}
	return r;
}

/* It went without an answer: somebody killed it, or it could not even start. */
static int mourn(struct machine *machine, struct error *error) {
	int status = release(machine);

	if (WIFSIGNALED(status)) {
		return error_set(error, -ECHILD,
			"the process that was to make the change was ended by signal %d",
			WTERMSIG(status));
	}
	return error_set(error, -ECHILD,
		"the process that was to make the change ended without an answer (status %d)",
		WEXITSTATUS(status));
}

static int hear(struct machine *machine, size_t answer_size, void *answer, struct error *error) {
	char received[ANSWER_MAX];
	struct verdict verdict;
	ssize_t n = receive_both(
		machine->worker.control, &verdict, sizeof(verdict), received, sizeof(received));

	if (n != (ssize_t)(sizeof(verdict) + answer_size)) {
		return mourn(machine, error);
	}
	if (error && verdict.r < 0) {
		*error = verdict.error;
	}
	if (answer && verdict.r >= 0) {
		memcpy(answer, received, answer_size);
	}
	return verdict.r;
}

/* A writer in the kernel is never killed: that would make an interruptible wait uninterruptible,
 * and undo nothing (contracts.md C2). */
static int leave_alone(struct machine *machine, struct error *error) {
	pid_t pid = machine->worker.process.pid;

	closep(&machine->worker.control);
	machine->worker = (struct worker){.control = -1};
	cgroup_leave(machine->root, pid);
	return error_set(error, -EINPROGRESS, "process %d still waits for the kernel", (int)pid);
}

int worker_order(struct machine *machine, const struct duty *duty, uint64_t deadline, void *answer,
	struct error *error) {
	struct pollfd wait = {.fd = machine->worker.control, .events = POLLIN};
	struct task task = {duty->work, duty->answer_size};

	assert(duty->answer_size <= ANSWER_MAX && duty->order_size <= ORDER_MAX);
	assert(machine->worker.process.pid);
	if (send_both(wait.fd, &task, sizeof(task), (void *)duty->order, duty->order_size) < 0) {
		return mourn(machine, error);
	}
	return deadline_poll(&wait, 1, deadline) > 0
		       ? hear(machine, duty->answer_size, answer, error)
		       : leave_alone(machine, error);
}

int worker_do(struct machine *machine, const struct duty *duty, uint64_t deadline, void *answer,
	struct error *error) {
	struct process process;
	int r = worker_ready(machine, &process, error);

	return r < 0 ? r : worker_order(machine, duty, deadline, answer, error);
}

bool worker_alive(struct ops *ops, struct process process) {
	const struct machine *machine = (const struct machine *)ops;
	struct pollfd end = {.events = POLLIN};
	struct process_stat stat;

	if (!process_alive(process)) {
		return false;
	}
	if (process.pid == machine->worker.process.pid &&
		process.start == machine->worker.process.start) {
		return false; /* it has no order: worker_order returns when it is done */
	}
	if (process_look(process.pid, &stat) < 0 || strcmp(stat.comm, NAME_IDLE) != 0) {
		return process_alive(process);
	}
	end.fd = process_open(process);
	if (end.fd >= 0) {
		(void)!deadline_poll(&end, 1, deadline_after(END_TIMEOUT_MS));
		close(end.fd);
	}
	return process_alive(process);
}
