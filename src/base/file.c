// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"

#include "base/text.h"
#include "base/trace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define NAMES_MAX 65536

/* EAGAIN says that something was renamed or mounted somewhere on the machine while the kernel went
 * up by a "..", as links in sysfs have it: on a busy machine that does happen. */
#define TRIES_MAX 10000

/* Notes what was opened, or is there and was not to be opened. */
static int noted(int dir, const char *path, int flags, int fd) {
	if (fd == -EACCES || fd == -EPERM) {
		trace_note(dir, path, TRACE_HIDDEN);
	} else if (fd == -ENOENT || fd == -ENOTDIR) {
		trace_note(dir, path, TRACE_ABSENT);
	} else if (fd >= 0 && flags & O_PATH) {
		trace_note(dir, path, flags & O_NOFOLLOW ? TRACE_LINK : TRACE_PLACE);
	} else if (fd >= 0) {
		trace_note(dir, path, flags & O_DIRECTORY ? TRACE_PLACE : TRACE_FILE);
	}
	return fd;
}

static int open_as(int dir, const char *path, int flags, uint64_t resolve) {
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)(flags | O_CLOEXEC),
		.resolve = resolve,
	};
	int tries = 0;
	long fd;

	do {
		fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	} while (fd < 0 && errno == EAGAIN && ++tries < TRIES_MAX);
	return noted(dir, path, flags, fd < 0 ? -errno : (int)fd);
}

int path_open(int dir, const char *path, int flags) {
	return open_as(dir, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

int entry_open(int dir, const char *name) {
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = openat(dir, name, flags | O_CLOEXEC);

	return noted(dir, name, flags, fd < 0 ? -errno : fd);
}

static int read_link(int dir, const char *name, char *ret, size_t size) {
	ssize_t n = readlinkat(dir, name, ret, size);

	if (n < 0) {
		return noted(dir, name, O_PATH | O_NOFOLLOW, -errno);
	}
	if ((size_t)n >= size) {
		return -ENAMETOOLONG;
	}
	ret[n] = '\0';
	return 0;
}

int link_read(int dir, const char *name, char *ret, size_t size) {
	int r = read_link(dir, name, ret, size);

	if (r == 0) {
		trace_note(dir, name, TRACE_LINK);
	}
	return r;
}

int link_read_near(int dir, const char *path, char *ret, size_t size) {
	AUTO_CLOSE int fd = open_as(dir, path, O_PATH | O_NOFOLLOW,
		RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);

	return fd < 0 ? fd : read_link(fd, "", ret, size);
}

int dir_open(int dir, const char *path) {
	return path_open(dir, path, O_RDONLY | O_DIRECTORY);
}

int dir_stream(int dir, const char *path, DIR **ret) {
	int fd = dir_open(dir, path);
	DIR *stream;

	if (fd < 0) {
		return fd;
	}
	trace_note(dir, path, TRACE_LIST);
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	*ret = stream;
	return 0;
}

static bool is_dots(const char *name) {
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int dir_each(int fd, int (*found)(void *context, const char *name), void *context) {
	_Alignas(struct dirent64) char data[4096];
	ssize_t n;

	trace_note(fd, ".", TRACE_LIST);
	while ((n = getdents64(fd, data, sizeof(data))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *entry = (const void *)(data + at);
			int r = is_dots(entry->d_name) ? 0 : found(context, entry->d_name);

			if (r != 0) {
				return r;
			}
			at += entry->d_reclen;
		}
	}
	return n < 0 ? -errno : 0;
}

void dir_close(DIR **stream) {
	if (*stream) {
		closedir(*stream);
	}
}

int root_open(const char *path) {
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Reads until the end or until size bytes are there; returns the count. */
static ssize_t read_all(int fd, char *data, size_t size) {
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, data + done, size - done);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return -errno;
		}
		if (n == 0) {
			break;
		}
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int stream_read(int fd, size_t limit, char **ret, size_t *ret_length) {
	AUTO_FREE char *data = NULL;
	size_t size = limit < 4096 ? limit + 1 : 4096, length = 0;

	for (;;) {
		char *larger = realloc(data, size + 1);
		ssize_t n;

		if (!larger) {
			return -ENOMEM;
		}
		data = larger;
		n = read_all(fd, data + length, size - length);
		if (n < 0) {
			return (int)n;
		}
		length += (size_t)n;
		if (length > limit) {
			return -EFBIG;
		}
		if (length < size) {
			break;
		}
		size *= 2;
	}
	data[length] = '\0';
	*ret = TAKE(data);
	if (ret_length) {
		*ret_length = length;
	}
	return 0;
}

int file_open(int dir, const char *path) {
	/* O_NONBLOCK: a FIFO put in a file's place must not stop us. */
	return path_open(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

int file_read(int dir, const char *path, size_t limit, char **ret, size_t *ret_length) {
	AUTO_CLOSE int fd = file_open(dir, path);

	if (fd < 0) {
		return fd;
	}
	return stream_read(fd, limit, ret, ret_length);
}

/* Reads until a line, the end or size bytes are there; returns the count. */
static ssize_t read_first(int fd, char *data, size_t size) {
	size_t done = 0;

	while (done < size && !memchr(data, '\n', done)) {
		ssize_t n = read(fd, data + done, size - done);

		if (n < 0 && errno != EINTR) {
			return -errno;
		}
		if (n == 0) {
			break;
		}
		done += n < 0 ? 0 : (size_t)n;
	}
	return (ssize_t)done;
}

int file_read_line(int dir, const char *path, char *ret, size_t size) {
	AUTO_CLOSE int fd = file_open(dir, path);
	char data[4096];
	ssize_t n;
	char *start = data;
	size_t length;

	if (fd < 0) {
		return fd;
	}
	n = read_first(fd, data, sizeof(data) - 1);
	if (n < 0) {
		return (int)n;
	}
	if (n == sizeof(data) - 1 && !memchr(data, '\n', (size_t)n)) {
		return -ENAMETOOLONG; /* it goes on */
	}
	data[n] = '\0';
	start += strspn(start, " \t");
	length = strcspn(start, "\n");
	while (length > 0 && strchr(" \t\r", start[length - 1])) {
		length--;
	}
	start[length] = '\0';
	return name_set(ret, size, start);
}

int file_read_number(int dir, const char *path, int base, uint64_t *ret) {
	char line[64], *end;
	unsigned long long value;
	int r = file_read_line(dir, path, line, sizeof(line));

	if (r < 0) {
		return r;
	}
	errno = 0;
	value = strtoull(line, &end, base);
	if (errno || end == line || *end || line[0] == '-') {
		return -EINVAL;
	}
	*ret = value;
	return 0;
}

int file_read_signed(int dir, const char *path, int64_t *ret) {
	char line[64], *end;
	long long value;
	int r = file_read_line(dir, path, line, sizeof(line));

	if (r < 0) {
		return r;
	}
	errno = 0;
	value = strtoll(line, &end, 10);
	if (errno || end == line || *end) {
		return -EINVAL;
	}
	*ret = value;
	return 0;
}

/* Links are read, not followed, so the path may only lead through directories below dir. */
int link_read_name(int dir, const char *path, char *ret, size_t size) {
	char target[4096];
	const char *name;
	AUTO_CLOSE int fd = path_open(dir, path, O_PATH | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0) {
		return fd;
	}
	n = readlinkat(fd, "", target, sizeof(target) - 1);
	if (n < 0) {
		return errno == ENOENT ? -EINVAL : -errno;
	}
	target[n] = '\0';
	name = strrchr(target, '/');
	return name_set(ret, size, name ? name + 1 : target);
}

bool file_exists(int dir, const char *path) {
	AUTO_CLOSE int fd = path_open(dir, path, O_PATH);

	return fd >= 0;
}

int names_add(struct names *names, const char *name) {
	char **larger;

	if (names->count >= NAMES_MAX) {
		return -E2BIG;
	}
	/* Grows by doubling: a new array whenever the count is a power of two. */
	if ((names->count & (names->count - 1)) == 0) {
		size_t size = names->count ? names->count * 2 : 1;

		larger = reallocarray(names->names, size, sizeof(*larger));
		if (!larger) {
			return -ENOMEM;
		}
		names->names = larger;
	}
	names->names[names->count] = strdup(name);
	if (!names->names[names->count]) {
		return -ENOMEM;
	}
	names->count++;
	return 0;
}

void names_free(struct names *names) {
	for (size_t i = 0; i < names->count; i++) {
		free(names->names[i]);
	}
	free(names->names);
	*names = (struct names){0};
}

static int compare_names(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void names_sort(struct names *names) {
	if (names->count > 1) {
		qsort(names->names, names->count, sizeof(*names->names), compare_names);
	}
}

bool names_has(const struct names *names, const char *name) {
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static int read_names(DIR *stream, struct names *names) {
	for (;;) {
		const struct dirent *entry;
		int r;

		errno = 0;
		entry = readdir(stream);
		if (!entry) {
			return -errno;
		}
		if (is_dots(entry->d_name)) {
			continue;
		}
		r = names_add(names, entry->d_name);
		if (r < 0) {
			return r;
		}
	}
}

int names_read(int dir, const char *path, struct names *ret) {
	AUTO_DIR DIR *stream = NULL;
	AUTO_NAMES struct names names = {0};
	int r = dir_stream(dir, path, &stream);

	r = r < 0 ? r : read_names(stream, &names);
	if (r < 0) {
		return r;
	}
	names_sort(&names);
	*ret = names;
	names = (struct names){0};
	return 0;
}
