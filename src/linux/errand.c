// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "linux/child.h"
#include "linux/deadline.h"
#include "linux/process.h"
#include "linux/unit.h"

#define NOT_EXECUTED 127
#define DIED         128

/* Where an errand has its end of the answer's pipe. */
#define FD_ANSWER (STDERR_FILENO + 1)

static int do_job(const struct errand *errand, struct error *error) {
	AUTO_BUS struct bus bus = {0};
	int r = bus_open(deadline_after(errand->timeout_ms), &bus, error);

	if (r < 0) {
		return r;
	}
	switch (errand->order) {
	case UNIT_START:
		return unit_start(&bus, errand->unit, error);
	case UNIT_STOP:
		return unit_stop(&bus, errand->unit, error);
	case UNIT_KILL:
		return unit_kill(&bus, errand->unit, error);
	}
	return -EINVAL;
}

/* What it prints is no part of what we print. */
static int do_errand(const struct errand *errand) {
	struct error error = {0};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), r;

	(void)!dup2(null, STDIN_FILENO);
	(void)!dup2(STDERR_FILENO, STDOUT_FILENO);
	r = errand->program ? child_run(errand->program, errand->words, &error)
			    : do_job(errand, &error);
	if (r < 0) {
		fprintf(stderr, "baton: %s\n", error.text);
		return errand->program ? NOT_EXECUTED : 1;
	}
	return r;
}

/*
 * Nothing else of ours stays open: a worker ends with the last copy of our end of its socket, and
 * we wait for it.
 */
static void keep_only(int answer) {
	if (answer != FD_ANSWER) {
		(void)!dup3(answer, FD_ANSWER, O_CLOEXEC);
	}
	(void)!syscall(SYS_close_range, FD_ANSWER + 1, ~0U, 0);
}

int errand_begin(const struct errand *errand, struct errand_child *ret, struct error *error) {
	struct errand_child child = {.answer = -1};
	int ends[2], code, r;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return error_set(error, -errno, "cannot make a pipe: %s", strerror(errno));
	}
	(void)fflush(NULL);
	pid = fork();
	r = pid < 0 ? -errno : 0;
	if (pid == 0) {
		keep_only(ends[1]);
		code = do_errand(errand);
		(void)!write(FD_ANSWER, &code, sizeof(code));
		_exit(0);
	}
	close(ends[1]);
	r = r < 0 ? r : process_find(pid, &child.process);
	if (r < 0) {
		close(ends[0]);
		return error_set(error, r, "cannot start a process: %s", strerror(-r));
	}
	child.answer = ends[0];
	*ret = child;
	return 0;
}

int errand_end(struct errand_child *child) {
	int code = DIED + SIGKILL;
	struct pollfd answer = {.fd = child->answer, .events = POLLIN};

	if (poll(&answer, 1, 0) == 0) {
		return -EAGAIN;
	}
	/* Without an answer it was killed: nobody else ends it so. */
	(void)!read(child->answer, &code, sizeof(code));
	close(child->answer);
	*child = (struct errand_child){.answer = -1};
	return code;
}
