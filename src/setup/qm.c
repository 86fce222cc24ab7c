// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/qm.h"

#include "base/text.h"

#include <assert.h>
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

static int spawn_with(const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
	const char *const *argv, pid_t *ret) {
	static const char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};

	return -posix_spawn(
		ret, argv[0], actions, attr, (char *const *)argv, (char *const *)environment);
}

/* Nothing to read, and nothing to say but errors. */
static int spawn(const char *const *argv, pid_t *ret) {
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int r = -posix_spawn_file_actions_init(&actions);

	if (r < 0) {
		return r;
	}
	r = -posix_spawnattr_init(&attr);
	if (r == 0) {
		sigemptyset(&none);
		(void)posix_spawnattr_setsigmask(&attr, &none);
		(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
		r = -posix_spawn_file_actions_addopen(
			&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
		r = r < 0 ? r
			  : -posix_spawn_file_actions_addopen(
				    &actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
		r = r < 0 ? r : spawn_with(&actions, &attr, argv, ret);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

/* Has the process ended before the deadline? */
static bool wait_end(int pidfd, int64_t deadline_ms) {
	struct pollfd end = {.fd = pidfd, .events = POLLIN};
	int n;

	do {
		int64_t left = deadline_ms - now_ms();

		n = poll(&end, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
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
static int wait_for(pid_t pid, unsigned int timeout_ms, int *ret_status) {
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool ended = pidfd >= 0 && wait_end(pidfd, now_ms() + timeout_ms);
	int r;

	if (pidfd >= 0) {
		close(pidfd);
	}
	if (!ended) {
		(void)kill(pid, SIGKILL);
	}
	r = reap(pid, ret_status);
	return r < 0 || ended ? r : -ETIMEDOUT;
}

static int run(const char *const *argv, unsigned int timeout_ms, struct error *error) {
	int status = 0;
	pid_t pid = -1;
	int r = spawn(argv, &pid);

	if (r < 0) {
		return error_set(error, r, "cannot execute %s: %s", argv[0], strerror(-r));
	}
	r = wait_for(pid, timeout_ms, &status);
	if (r < 0) {
		return error_set(error, r, "%s set %s did not end within %u s", argv[0], argv[2],
			timeout_ms / MS_PER_S);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		return error_set(
			error, -EIO, "%s set %s %s %s failed", argv[0], argv[2], argv[3], argv[4]);
	}
	return 0;
}

int qm_set_hookscript(const char *program, unsigned int vmid, const char *volume,
	unsigned int timeout_ms, struct error *error) {
	char number[16];
	const char *const set[] = {program, "set", number, "--hookscript", volume, NULL};
	const char *const delete[] = {program, "set", number, "--delete", "hookscript", NULL};
	int r = name_format(number, sizeof(number), "%u", vmid);

	assert(r == 0);
	return run(volume ? set : delete, timeout_ms, error);
}
