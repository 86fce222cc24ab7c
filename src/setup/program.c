// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define MS_PER_S  1000
#define NS_PER_MS 1000000

static int64_t now_ms(void) {
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

/* Nothing to read; what it prints goes into the pipe. -1: there is none. */
static int set_streams(posix_spawn_file_actions_t *actions, int pipe) {
	int r = -posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (r == 0 && pipe < 0) {
		return -posix_spawn_file_actions_addopen(
			actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	}
	r = r < 0 ? r : -posix_spawn_file_actions_adddup2(actions, pipe, STDOUT_FILENO);
	return r < 0 ? r : -posix_spawn_file_actions_adddup2(actions, pipe, STDERR_FILENO);
}

/*
 * Whoever dies while a program of his runs leaves it behind, and the next call would run it a
 * second time beside that. So a process of ours leads the group that the program is in, and when
 * what it reads from has no other end any more it takes all of the group along. Until then it has,
 * as any child, the locks of whoever died.
 */
struct watch {
	pid_t pid;
	int pipe; /* our end; nothing comes through it */
};

static _Noreturn void watch_over(int pipe) {
	char byte;

	while (read(pipe, &byte, 1) < 0 && errno == EINTR) {
	}
	(void)kill(0, SIGKILL);
	_exit(0);
}

static int watch_begin(struct watch *ret) {
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		if (setpgid(0, 0) < 0) {
			_exit(1); /* it must never be another's group */
		}
		watch_over(ends[0]);
	}
	close(ends[0]);
	if (pid < 0 || (setpgid(pid, pid) < 0 && errno != EACCES)) {
		int r = -errno;

		close(ends[1]);
		return r;
	}
	*ret = (struct watch){pid, ends[1]};
	return 0;
}

static void watch_end(const struct watch *watch) {
	(void)kill(watch->pid, SIGKILL);
	while (waitpid(watch->pid, NULL, 0) < 0 && errno == EINTR) {
	}
	close(watch->pipe);
}

/* In that group, so that all of it can be killed. */
static int set_attributes(posix_spawnattr_t *attr, pid_t group) {
	sigset_t none;
	int r = -posix_spawnattr_init(attr);

	if (r == 0) {
		sigemptyset(&none);
		(void)posix_spawnattr_setsigmask(attr, &none);
		(void)posix_spawnattr_setpgroup(attr, group);
		(void)posix_spawnattr_setflags(
			attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	}
	return r;
}

static int spawn(const char *const *argv, int pipe, pid_t group, pid_t *ret) {
	static const char *const environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
		NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int r = -posix_spawn_file_actions_init(&actions);

	if (r < 0) {
		return r;
	}
	r = set_attributes(&attr, group);
	if (r == 0) {
		r = set_streams(&actions, pipe);
		r = r < 0 ? r
			  : -posix_spawn(ret, argv[0], &actions, &attr, (char *const *)argv,
				    (char *const *)environment);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

/* Passes on what is there; false: that was all. */
static bool hear(const struct program *program, int pipe) {
	char data[4096];
	ssize_t n = read(pipe, data, sizeof(data));

	if (n > 0 && program->hear) {
		program->hear(program->context, data, (size_t)n);
	}
	return n > 0;
}

/* How long to wait for something to happen: till the deadline, or the next second. */
static int wait_ms(const struct program *program, int64_t start_ms) {
	int64_t gone_ms = now_ms() - start_ms;
	int64_t left_ms = (int64_t)program->timeout_ms - gone_ms;
	int64_t next_ms = MS_PER_S - gone_ms % MS_PER_S;

	left_ms = left_ms > 0 ? left_ms : 0;
	return (int)(program->tick && next_ms < left_ms ? next_ms : left_ms);
}

static bool is_over(const struct program *program, int64_t start_ms) {
	int64_t gone_ms = now_ms() - start_ms;

	if (program->tick) {
		program->tick(program->context, (unsigned int)(gone_ms / MS_PER_S));
	}
	return gone_ms >= program->timeout_ms;
}

/* Until it has ended: a daemon that it leaves behind may keep the pipe. False: the time is over. */
static bool wait_end(const struct program *program, int pidfd, int pipe) {
	struct pollfd fds[] = {{.fd = pidfd, .events = POLLIN}, {.fd = pipe, .events = POLLIN}};
	int64_t start_ms = now_ms();

	while (true) {
		int n = poll(fds, 2, wait_ms(program, start_ms));

		if ((n == 0 && is_over(program, start_ms)) || (n < 0 && errno != EINTR)) {
			return false;
		}
		if (n > 0 && fds[1].revents && !hear(program, pipe)) {
			fds[1].fd = -1;
		}
		if (n > 0 && fds[0].revents) {
			break;
		}
	}
	while (fds[1].fd >= 0 && poll(&fds[1], 1, 0) > 0 && hear(program, pipe)) {
	}
	return true;
}

static int reap(pid_t pid, int *ret_status) {
	while (waitpid(pid, ret_status, 0) < 0) {
		if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

/* -ETIMEDOUT, or its status as waitpid has it. */
static int wait_for(
	const struct program *program, pid_t group, pid_t pid, int pipe, int *ret_status) {
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool ended = pidfd >= 0 && wait_end(program, pidfd, pipe);
	int r;

	if (pidfd >= 0) {
		close(pidfd);
	}
	if (!ended) {
		(void)kill(-group, SIGKILL);
	}
	r = reap(pid, ret_status);
	return r < 0 || ended ? r : -ETIMEDOUT;
}

/* -errno: it could not be executed; *ret_ended is 0 or -ETIMEDOUT of one that was. */
static int run(const struct program *program, int *ret_ended, int *ret_status) {
	int ends[2] = {-1, -1};
	struct watch watch = {0};
	pid_t pid = -1;
	int r = watch_begin(&watch);

	if (r < 0) {
		return r;
	}
	r = program->hear && pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0;
	r = r < 0 ? r : spawn(program->argv, ends[1], watch.pid, &pid);
	closep(&ends[1]);
	if (r == 0) {
		*ret_ended = wait_for(program, watch.pid, pid, ends[0], ret_status);
	}
	watch_end(&watch);
	closep(&ends[0]);
	return r;
}

int program_run(const struct program *program, struct error *error) {
	const char *name = program->argv[0];
	int status = 0, ended = 0;
	int r = run(program, &ended, &status);

	if (r < 0) {
		return error_set(error, r, "cannot execute %s: %s", name, strerror(-r));
	}
	if (ended < 0) {
		return error_set(error, ended, "%s did not end within %u s", name,
			program->timeout_ms / MS_PER_S);
	}
	if (WIFSIGNALED(status)) {
		return error_set(error, -EIO, "%s was ended by signal %d", name, WTERMSIG(status));
	}
	if (WEXITSTATUS(status) != 0) {
		return error_set(error, -EIO, "%s failed with code %d", name, WEXITSTATUS(status));
	}
	return 0;
}
