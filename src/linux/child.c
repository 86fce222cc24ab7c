// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

#define DIED 128

/* Those that people and service managers send. */
static void list_signals(sigset_t *ret) {
	static const int numbers[] = {
		SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};

	sigemptyset(ret);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		sigaddset(ret, numbers[i]);
	}
}

static int wait_for_end(pid_t child, const sigset_t *signals) {
	for (;;) {
		siginfo_t info;
		int status, number = sigwaitinfo(signals, &info);

		if (waitpid(child, &status, WNOHANG) == child) {
			return WIFEXITED(status) ? WEXITSTATUS(status) : DIED + WTERMSIG(status);
		}
		if (number > 0 && number != SIGCHLD && info.si_code != SI_KERNEL) {
			kill(child, number);
		}
	}
}

/* In the child: why it cannot be executed goes through the pipe, which a success closes. */
static _Noreturn void become(
	const char *program, char **words, const sigset_t *signals, int complaints) {
	int r;

	sigprocmask(SIG_SETMASK, signals, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	execv(program, words);
	r = -errno;
	(void)!write(complaints, &r, sizeof(r));
	_exit(DIED - 1);
}

static int start(const char *program, char **words, const sigset_t *signals, pid_t *ret) {
	int ends[2], r = 0;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return -errno;
	}
	*ret = fork();
	if (*ret == 0) {
		become(program, words, signals, ends[1]);
	}
	r = *ret < 0 ? -errno : 0;
	close(ends[1]);
	if (r == 0 && read(ends[0], &r, sizeof(r)) == sizeof(r)) {
		(void)waitpid(*ret, NULL, 0);
	}
	close(ends[0]);
	return r;
}

int child_run(const char *program, char **words, struct error *error) {
	sigset_t signals, before;
	pid_t child = -1;
	int r;

	list_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, &before);
	r = start(program, words, &before, &child);
	if (r == 0) {
		r = wait_for_end(child, &signals);
	} else {
		error_set(error, r, "cannot execute %s: %s", program, strerror(-r));
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}
