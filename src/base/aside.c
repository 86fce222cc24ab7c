// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/file.h"

/* For one file. */
#define PATIENCE_MS 125
#define LIMIT_MS    2000

/*
 * What the children write into and we read from. Each value has a mark of its own: a child that was
 * given up may still write one, and does no harm by it.
 */
struct shared {
	char *values;
	atomic_bool *answered;
};

/* One child on its way through the items. Its end of the pipe is closed when it ends. */
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

static void read_all(const struct aside *aside, size_t first, size_t count, struct shared shared) {
	for (size_t i = first; i < count; i++) {
		aside->read(aside->context, i, shared.values + i * aside->size);
		atomic_store(&shared.answered[i], true);
	}
}

static int start(const struct aside *aside, size_t first, size_t count, struct shared shared,
	struct reader *ret) {
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		close_all_but(aside->root, ends[1]);
		read_all(aside, first, count, shared);
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

/* How far a child that began with item `first` has come. */
static size_t progress(struct shared shared, size_t first, size_t count) {
	while (first < count && atomic_load(&shared.answered[first])) {
		first++;
	}
	return first;
}

/* Waits until the child has ended; false: it is stuck. On a busy machine a child that could run may
 * be silent for long: only one that is blocked, and at the same item as before, is given up early.
 */
static bool await(const struct aside *aside, const struct reader *reader, struct shared shared,
	size_t first, size_t count) {
	struct pollfd pipe = {.fd = reader->pipe, .events = POLLIN};
	int silent_ms = 0;

	while (silent_ms < aside->limit_ms) {
		size_t before = progress(shared, first, count);
		int n = poll(&pipe, 1, aside->patience_ms);

		if (n > 0) {
			return true;
		}
		if (n < 0 && errno != EINTR) {
			return false;
		}
		first = progress(shared, before, count);
		silent_ms = first == before ? silent_ms + aside->patience_ms : 0;
		if (n == 0 && first == before && is_blocked(reader->pid)) {
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

/* Item by item with one child, and after one that does not answer with a new one. */
static int read_shared(const struct aside *aside, size_t count, struct shared shared) {
	size_t next = 0;

	while (next < count) {
		struct reader reader = {.pipe = -1};
		int r = start(aside, next, count, shared, &reader);

		if (r < 0) {
			return r;
		}
		finish(&reader, !await(aside, &reader, shared, next, count));
		next = progress(shared, next, count) + 1;
	}
	return 0;
}

int aside_read(const struct aside *aside, size_t count, void *ret_values, bool *ret_answered) {
	size_t size = count * (aside->size + sizeof(atomic_bool));
	struct shared shared;
	int r;

	if (count == 0) {
		return 0;
	}
	shared.values = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared.values == MAP_FAILED) {
		return -errno;
	}
	shared.answered = (atomic_bool *)(shared.values + count * aside->size);
	r = read_shared(aside, count, shared);
	memset(ret_values, 0, count * aside->size);
	for (size_t i = 0; i < count && r == 0; i++) {
		size_t at = i * aside->size;

		ret_answered[i] = atomic_load(&shared.answered[i]);
		if (ret_answered[i]) {
			memcpy((char *)ret_values + at, shared.values + at, aside->size);
		}
	}
	munmap(shared.values, size);
	return r;
}

void *aside_memory_new(size_t size) {
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void aside_memory_free(void *memory, size_t size) {
	if (memory) {
		munmap(memory, size);
	}
}

struct reading {
	int directory;
	const char *path;
	size_t limit;
	char *data; /* shared */
};

struct outcome {
	int r;
	size_t length;
};

/* In the child. */
static void read_file(void *context, size_t index, void *ret_value) {
	const struct reading *reading = context;
	struct outcome outcome = {0};
	char *data = NULL;

	outcome.r = file_read(
		reading->directory, reading->path, reading->limit, &data, &outcome.length);
	if (outcome.r == 0) {
		memcpy(reading->data, data, outcome.length);
	}
	free(data);
	memcpy(ret_value, &outcome, sizeof(outcome));
}

static int take_data(const struct reading *reading, size_t length, char **ret) {
	char *data = malloc(length + 1);

	if (!data) {
		return -ENOMEM;
	}
	memcpy(data, reading->data, length);
	data[length] = '\0';
	*ret = data;
	return 0;
}

int aside_read_file(int directory, const char *path, size_t limit, char **ret, size_t *ret_length) {
	struct reading reading = {directory, path, limit, aside_memory_new(limit + 1)};
	const struct aside aside = {.read = read_file,
		.context = &reading,
		.size = sizeof(struct outcome),
		.root = directory,
		.patience_ms = PATIENCE_MS,
		.limit_ms = LIMIT_MS};
	struct outcome outcome;
	bool answered = false;
	int r = reading.data ? aside_read(&aside, 1, &outcome, &answered) : -ENOMEM;

	if (r == 0) {
		r = answered ? outcome.r : -ETIMEDOUT;
	}
	if (r == 0) {
		r = take_data(&reading, outcome.length, ret);
	}
	if (r == 0) {
		*ret_length = outcome.length;
	}
	aside_memory_free(reading.data, limit + 1);
	return r;
}
