// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/aside.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define VALUE_MAX 512

static_assert(VALUE_MAX <= PIPE_BUF, "a pipe keeps a value whole");

/* One child on its way through the items. */
struct reader {
	pid_t pid;
	int pipe;
};

/* A child that gets stuck keeps what it has open: the lock, the journal and a hook's output must
 * not be among it. */
static void close_all_but(int a, int b) {
	int low = a < b ? a : b, high = a < b ? b : a;

	if (low > 0) {
		close_range(0, (unsigned int)low - 1, 0);
	}
	if (low + 1 < high) {
		close_range((unsigned int)low + 1, (unsigned int)high - 1, 0);
	}
	close_range((unsigned int)high + 1, UINT_MAX, 0);
}

static void read_all(const struct aside *aside, size_t first, size_t count, int pipe) {
	close_all_but(aside->root, pipe);
	for (size_t i = first; i < count; i++) {
		char value[VALUE_MAX] = {0};

		aside->read(aside->context, i, value);
		if (write(pipe, value, aside->size) != (ssize_t)aside->size) {
			return;
		}
	}
}

static int start(const struct aside *aside, size_t first, size_t count, struct reader *ret) {
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		read_all(aside, first, count, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -EAGAIN;
	}
	*ret = (struct reader){.pid = pid, .pipe = ends[0]};
	return 0;
}

/* Does the process wait in the kernel for something that no signal ends? ("PID (COMM) D ...") */
static bool is_blocked(pid_t pid) {
	char path[64], line[512];
	AUTO_CLOSE int fd = -1;
	const char *end;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (n <= 0) {
		return true;
	}
	line[n] = '\0';
	end = strrchr(line, ')');
	return !end || strncmp(end, ") D", 3) == 0;
}

/* Waits for the next value; false: the child is stuck or has died. On a busy machine a child that
 * could run may be silent for long: only one that is blocked is given up early. */
static bool await(const struct aside *aside, const struct reader *reader, void *ret_value) {
	struct pollfd pipe = {.fd = reader->pipe, .events = POLLIN};

	for (int waited_ms = 0; waited_ms < aside->limit_ms; waited_ms += aside->patience_ms) {
		int n = poll(&pipe, 1, aside->patience_ms);

		if (n > 0) {
			return read(reader->pipe, ret_value, aside->size) == (ssize_t)aside->size;
		}
		if (n < 0 && errno != EINTR) {
			return false;
		}
		if (n == 0 && is_blocked(reader->pid)) {
			return false;
		}
	}
	return false;
}

/* A child that is stuck cannot be waited for: it stays behind until the kernel lets go of it. */
static void finish(const struct reader *reader, bool stuck) {
	close(reader->pipe);
	if (stuck) {
		kill(reader->pid, SIGKILL);
	}
	while (waitpid(reader->pid, NULL, stuck ? WNOHANG : 0) < 0 && errno == EINTR) {
	}
}

int aside_read(const struct aside *aside, size_t count, void *ret_values, bool *ret_answered) {
	char *values = ret_values;
	size_t i = 0;

	assert(aside->size > 0 && aside->size <= VALUE_MAX && aside->patience_ms > 0);
	memset(values, 0, count * aside->size);
	while (i < count) {
		struct reader reader = {.pipe = -1};
		char value[VALUE_MAX];
		bool answered = true;
		int r = start(aside, i, count, &reader);

		if (r < 0) {
			return r;
		}
		for (; answered && i < count; i++) {
			answered = await(aside, &reader, value);
			ret_answered[i] = answered;
			if (answered) {
				memcpy(values + i * aside->size, value, aside->size);
			}
		}
		finish(&reader, !answered);
	}
	return 0;
}
