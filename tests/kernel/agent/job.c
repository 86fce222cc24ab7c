/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame.h"

enum {
	WORD_MAX = 512
};

struct job {
	uint32_t id;
	pid_t pid;
	int pidfd;
	int output[2]; /* what stdout and stderr are read from, -1 after end of file */
};

static struct job jobs[JOB_MAX];
static struct job *owners[JOB_POLLS * JOB_MAX]; /* of what is awaited */

static struct job *job_find(uint32_t id) {
	for (size_t i = 0; i < JOB_MAX; i++) {
		if (jobs[i].pid > 0 && jobs[i].id == id) {
			return &jobs[i];
		}
	}
	return NULL;
}

static struct job *job_new(void) {
	for (size_t i = 0; i < JOB_MAX; i++) {
		if (jobs[i].pid == 0) {
			return &jobs[i];
		}
	}
	return NULL;
}

/* Splits NUL-terminated words; returns how many, -1 if there are too many or the last is open. */
static int split(char *text, size_t length, char *words[WORD_MAX]) {
	int count = 0;

	if (length > 0 && text[length - 1] != '\0') {
		return -1;
	}
	for (size_t at = 0; at < length; at += strlen(text + at) + 1) {
		if (count == WORD_MAX - 2) {
			return -1;
		}
		words[count++] = text + at;
	}
	words[count] = NULL;
	return count;
}

/* In the child: becomes the command, or sends errno through the pipe. */
static void become(
	char *cwd, char *input, char **argv, char **env, const int output[2], int failure) {
	int zero = open(input, O_RDONLY | O_CLOEXEC);
	sigset_t none;
	int error;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (zero >= 0 && chdir(cwd) == 0 && dup2(zero, 0) >= 0 && dup2(output[0], 1) >= 0 &&
		dup2(output[1], 2) >= 0) {
		environ = env;
		execvp(argv[0], argv);
	}
	error = errno;
	write_all(failure, &error, sizeof(error));
	_exit(127);
}

/* Forks and waits until the command is executed; returns 0 or an errno. */
static int spawn(struct job *job, char **words, int argc, const int output[2]) {
	char *argv[WORD_MAX];
	int failure[2];
	int error = 0;
	ssize_t n;

	memcpy(argv, words + 3, (size_t)argc * sizeof(*argv));
	argv[argc] = NULL;
	if (pipe2(failure, O_CLOEXEC) < 0) {
		return errno;
	}
	job->pid = fork();
	if (job->pid == 0) {
		become(words[0], words[1], argv, words + 3 + argc, output, failure[1]);
	}
	close(failure[1]);
	if (job->pid < 0) {
		error = errno;
		job->pid = 0;
	} else {
		do {
			n = read(failure[0], &error, sizeof(error));
		} while (n < 0 && errno == EINTR);
		if (n > 0) {
			waitpid(job->pid, NULL, 0);
			job->pid = 0;
		}
	}
	close(failure[0]);
	return error;
}

void job_start(uint32_t id, char *text, size_t length) {
	int out[2] = {-1, -1};
	int err[2] = {-1, -1};
	struct job *job = job_new();
	char *words[WORD_MAX];
	int count = split(text, length, words);
	int argc = count >= 4 ? atoi(words[2]) : 0;
	int error;

	if (job == NULL || argc < 1 || argc > count - 3) {
		answer_error(id, job == NULL ? EAGAIN : EINVAL);
		return;
	}
	error = pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 ? errno : 0;
	if (error == 0) {
		error = spawn(job, words, argc, (int[]){out[1], err[1]});
	}
	close(out[1]);
	close(err[1]);
	if (error != 0) {
		close(out[0]);
		close(err[0]);
		answer_error(id, error);
		return;
	}
	job->id = id;
	job->output[0] = out[0];
	job->output[1] = err[0];
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	job->pidfd = (int)syscall(SYS_pidfd_open, job->pid, 0);
	if (job->pidfd < 0) {
		_exit(1);
	}
}

/* Passes on what a command has written so far; false if there was nothing. */
static bool pass(struct job *job, int which) {
	char data[PAYLOAD_MAX];
	ssize_t n;

	if (job->output[which] < 0) {
		return false;
	}
	n = read(job->output[which], data, sizeof(data));
	if (n > 0) {
		answer(job->id, which == 0 ? STDOUT : STDERR, data, (size_t)n);
		return true;
	}
	if (n == 0) {
		close(job->output[which]);
		job->output[which] = -1;
	}
	return false;
}

static void job_end(struct job *job) {
	uint32_t result[2] = {0, 0};
	int status = 0;

	if (waitpid(job->pid, &status, WNOHANG) != job->pid) {
		return;
	}
	for (int which = 0; which < 2; which++) {
		while (pass(job, which)) {
		}
		if (job->output[which] >= 0) {
			result[1] = 1;
			close(job->output[which]);
		}
	}
	result[0] = (uint32_t)status;
	close(job->pidfd);
	job->pid = 0;
	answer(job->id, EXIT, result, sizeof(result));
}

void job_signal(uint32_t id, const char *data, size_t length) {
	uint32_t words[3];
	struct job *job;

	if (length != sizeof(words)) {
		answer_error(id, EINVAL);
		return;
	}
	memcpy(words, data, sizeof(words));
	job = job_find(words[0]);
	if (job == NULL) {
		answer_error(id, ESRCH);
	} else if (kill(words[2] != 0 ? -job->pid : job->pid, (int)words[1]) < 0) {
		answer_error(id, errno);
	} else {
		answer(id, DONE, NULL, 0);
	}
}

nfds_t jobs_await(struct pollfd *polls) {
	nfds_t count = 0;

	for (size_t i = 0; i < JOB_MAX; i++) {
		int fds[JOB_POLLS] = {jobs[i].output[0], jobs[i].output[1], jobs[i].pidfd};

		for (int which = 0; which < JOB_POLLS && jobs[i].pid > 0; which++) {
			owners[count] = &jobs[i];
			polls[count++] = (struct pollfd){.fd = fds[which], .events = POLLIN};
		}
	}
	return count;
}

void jobs_turn(const struct pollfd *polls, nfds_t count) {
	for (nfds_t i = 0; i < count; i++) {
		if (polls[i].revents != 0 && i % JOB_POLLS == JOB_POLLS - 1) {
			job_end(owners[i]);
		} else if (polls[i].revents != 0) {
			(void)pass(owners[i], (int)(i % JOB_POLLS));
		}
	}
}
