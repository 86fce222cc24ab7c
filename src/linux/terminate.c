// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process PID.START: the name of that very process, or none. It is asked to end, and killed when it
 * has not ended in time. By its pidfd, so that no later process with its pid is ever meant. It
 * cannot block in the kernel: no child.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "linux/deadline.h"
#include "linux/machine.h"
#include "linux/process.h"

/* What is killed ends as soon as it is not in the kernel. */
#define KILL_TIMEOUT_MS 5000

static int read_subject(const char *subject, struct process *ret, struct error *error) {
	uint64_t start;
	int pid;

	if (step_read_process(subject, &pid, &start) < 0) {
		return error_set(error, -EINVAL, "\"%s\" is no process", subject);
	}
	*ret = (struct process){.pid = pid, .start = start};
	return 0;
}

/* As the snapshot has it: up to the first newline (host/holder/process.c). */
static int read_name(struct process process, char ret[VALUE_SIZE]) {
	AUTO_CLOSE int root = root_open("/");
	AUTO_FREE char *comm = NULL;
	char path[64];
	int r = root < 0 ? root : name_format(path, sizeof(path), "proc/%d/comm", (int)process.pid);

	r = r < 0 ? r : file_read(root, path, VALUE_SIZE, &comm, NULL);
	if (r < 0) {
		return r;
	}
	comm[strcspn(comm, "\n")] = '\0';
	return name_set(ret, VALUE_SIZE, comm);
}

static int get(
	struct machine *machine, const char *subject, char ret[VALUE_SIZE], struct error *error) {
	char name[VALUE_SIZE] = VALUE_NONE;
	struct process process;
	int r = read_subject(subject, &process, error);

	if (r < 0) {
		return r;
	}
	r = read_name(process, name);
	if (!process_alive(process)) {
		strcpy(ret, VALUE_NONE);
		return 0;
	}
	if (r < 0) {
		return error_set(error, r, "cannot read the name of process %d: %s",
			(int)process.pid, strerror(-r));
	}
	memcpy(ret, name, sizeof(name));
	return 0;
}

static int send(int pidfd, int number) {
	return syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0) < 0 ? -errno : 0;
}

/* 1: it has ended; 0: not within that time. */
static int wait_for_end(int pidfd, unsigned int timeout_ms) {
	struct pollfd end = {.fd = pidfd, .events = POLLIN};

	return deadline_poll(&end, 1, deadline_after(timeout_ms));
}

/* Asked first; one that is stopped has to go on to hear of it, and may not be allowed to us. */
static int ask(int pidfd) {
	int r = send(pidfd, SIGTERM);

	if (r == 0) {
		(void)!send(pidfd, SIGCONT);
	}
	return r;
}

static int end(struct machine *machine, int pidfd, struct error *error) {
	unsigned int patience_ms = machine->options.process_timeout_ms;
	int r = ask(pidfd);

	r = r < 0 ? r : wait_for_end(pidfd, patience_ms);
	if (r > 0) {
		error_set(error, 0, "ended by SIGTERM"); /* a remark */
		return 0;
	}
	r = r < 0 ? r : send(pidfd, SIGKILL);
	r = r < 0 ? r : wait_for_end(pidfd, KILL_TIMEOUT_MS);
	if (r > 0) {
		error_set(error, 0, "killed: SIGTERM had not ended it within %u s",
			patience_ms / MS_PER_S);
		return 0;
	}
	return r < 0 ? r : -ETIMEDOUT;
}

/* The terminal that we were started from may be what ends: that must not end us. */
static void survive_terminal(void) {
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
}

static int apply(struct machine *machine, const struct change *change, struct error *error) {
	const struct step *step = &change->step;
	AUTO_CLOSE int pidfd = -1;
	struct process process;
	int r = read_subject(step->subject, &process, error);

	if (r < 0) {
		return r;
	}
	if (strcmp(step->to, VALUE_NONE) != 0 || process.pid <= 1 || process.pid == getpid()) {
		return error_set(error, -EINVAL, "process %d cannot be ended", (int)process.pid);
	}
	pidfd = process_open(process);
	if (pidfd == -ESRCH) {
		return 0;
	}
	survive_terminal();
	r = pidfd < 0 ? pidfd : end(machine, pidfd, error);
	if (r == 0 || r == -ESRCH) {
		return 0;
	}
	return error_set(error, r, "process %d (%s) %s%s", (int)process.pid, step->from,
		r == -ETIMEDOUT ? "was killed and has not ended: it is stuck in the kernel"
				: "cannot be ended: ",
		r == -ETIMEDOUT ? "" : strerror(-r));
}

const struct fact_row process_row = {get, apply};
