// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/file.h"
#include "base/text.h"
#include "capture/text.h"

struct maker {
	int root;
	int parent; /* the directory that was made something in last: mostly it is the next one too
		     */
	char parent_path[TEXT_PATH_MAX];
};

static void maker_done(struct maker *maker) {
	closep(&maker->parent);
}

/* Opens a directory, and makes it and those above it where they are not there. */
static int open_directory(int root, const char *path) {
	int fd = path_open(root, path, O_PATH | O_DIRECTORY), r;
	char above[TEXT_PATH_MAX], *slash;
	AUTO_CLOSE int parent = -1;

	if (fd != -ENOENT || strcmp(path, "/") == 0) {
		return fd;
	}
	r = name_set(above, sizeof(above), path);
	if (r < 0) {
		return r;
	}
	slash = strrchr(above, '/');
	*slash = '\0';
	parent = open_directory(root, above[0] ? above : "/");
	if (parent < 0) {
		return parent;
	}
	if (mkdirat(parent, slash + 1, S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) < 0 &&
		errno != EEXIST) {
		return -errno;
	}
	return path_open(root, path, O_PATH | O_DIRECTORY);
}

/* The directory that the path's last component is in: maker->parent, and the component. */
static int find_parent(struct maker *maker, const char *path, const char **ret_name) {
	const char *slash = strrchr(path, '/');
	size_t length = (size_t)(slash - path);
	char above[TEXT_PATH_MAX];
	int fd, r = name_format(above, sizeof(above), "%.*s", (int)length, path);

	*ret_name = slash + 1;
	if (r < 0 || (maker->parent >= 0 && strcmp(above, maker->parent_path) == 0)) {
		return r;
	}
	fd = open_directory(maker->root, above[0] ? above : "/");
	if (fd < 0) {
		return fd;
	}
	closep(&maker->parent);
	maker->parent = fd;
	return name_set(maker->parent_path, sizeof(maker->parent_path), above);
}

static int make_directory(void *context, const char *path) {
	struct maker *maker = context;
	AUTO_CLOSE int fd = open_directory(maker->root, path);

	return fd < 0 ? fd : 0;
}

static int make_file(void *context, const char *path, const char *data, size_t length) {
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	struct maker *maker = context;
	AUTO_CLOSE int fd = -1;
	const char *name;
	ssize_t n;
	int r = find_parent(maker, path, &name);

	if (r < 0) {
		return r;
	}
	fd = openat(maker->parent, name, flags, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
	if (fd < 0) {
		return -errno;
	}
	n = length ? write(fd, data, length) : 0;
	return n < 0 ? -errno : (size_t)n == length ? 0 : -ENOSPC;
}

static int make_link(void *context, const char *path, const char *target) {
	struct maker *maker = context;
	const char *name;
	int r = find_parent(maker, path, &name);

	if (r < 0) {
		return r;
	}
	/* Two devices may say the same of a driver. */
	return symlinkat(target, maker->parent, name) == 0 || errno == EEXIST ? 0 : -errno;
}

static int set_mode(void *context, const char *path, unsigned int mode) {
	struct maker *maker = context;
	AUTO_CLOSE int fd = path_open(maker->root, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	struct stat info;

	if (fd < 0 || fstat(fd, &info) < 0) {
		return fd < 0 ? fd : -errno;
	}
	/* Who may not look into a directory cannot remove it either. */
	mode |= S_ISDIR(info.st_mode) ? S_IRWXU : 0;
	return fchmod(fd, mode) < 0 ? -errno : 0;
}

/* In memory if we may: a machine is a thousand small files that nobody needs to keep. */
static const char *find_place(void) {
	const char *place = getenv("TMPDIR");

	if (place && place[0] == '/') {
		return place;
	}
	return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

static int make_all(int root, char *text, size_t length, struct error *error) {
	CLEANUP(maker_done) struct maker maker = {.root = root, .parent = -1};
	const struct text_sink sink = {
		.directory = make_directory,
		.file = make_file,
		.link = make_link,
		.mode = set_mode,
		.context = &maker,
	};

	return text_read(text, length, &sink, error);
}

int unpack(const char *text, size_t length, struct unpacked *ret, struct error *error) {
	struct unpacked unpacked = {.root = -1};
	AUTO_FREE char *copy = malloc(length + 1);
	int r = name_format(
		unpacked.path, sizeof(unpacked.path), "%s/machine-XXXXXX", find_place());

	if (!copy || r < 0) {
		return error_set(error, copy ? r : -ENOMEM, "cannot unpack it: %s",
			strerror(copy ? -r : ENOMEM));
	}
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (!mkdtemp(unpacked.path)) {
		return error_set(
			error, -errno, "cannot make %s: %s", unpacked.path, strerror(errno));
	}
	unpacked.root = root_open(unpacked.path);
	r = unpacked.root < 0 ? error_set(error, unpacked.root, "cannot read %s", unpacked.path)
			      : make_all(unpacked.root, copy, length, error);
	if (r < 0) {
		unpacked_remove(&unpacked);
		return r;
	}
	*ret = unpacked;
	return 0;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *at) {
	(void)info;
	(void)type;
	(void)at;
	(void)remove(path); /* what is left does not keep the rest */
	return 0;
}

static void remove_all(const char *path) {
	(void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* The child has nothing of ours open: nobody waits for the end of a pipe because of it. */
static void await_and_remove(const char *path, int parent) {
	struct pollfd end = {.fd = parent, .events = POLLIN};

	if (parent > 0) {
		close_range(0, (unsigned int)parent - 1, 0);
	}
	close_range((unsigned int)parent + 1, UINT_MAX, 0);
	while (poll(&end, 1, -1) < 0 && errno == EINTR) {
	}
	remove_all(path);
	_exit(0);
}

/* Without a child to be had, only an end that nobody expects leaves the directory behind. */
static void watch_over(const struct unpacked *unpacked) {
	AUTO_CLOSE int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
	pid_t pid = self < 0 ? -1 : fork();

	if (pid == 0) {
		(void)setsid(); /* what ends us from a terminal is not to end it */
		await_and_remove(unpacked->path, self);
	}
}

/* What baton wrote has an end; what a person wrote needs none. */
static bool is_cut_off(const char *text, size_t length) {
	size_t end = strlen(TEXT_END);

	return memmem(text, length, TEXT_WRITTEN, strlen(TEXT_WRITTEN)) &&
	       (length < end || memcmp(text + length - end, TEXT_END, end) != 0);
}

int unpack_file(const char *path, struct unpacked *ret, struct error *error) {
	AUTO_FREE char *text = NULL;
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t length = 0;
	struct stat info;
	int r;

	if (fd < 0 || fstat(fd, &info) < 0) {
		return error_set(error, -errno, "cannot read %s: %s", path, strerror(errno));
	}
	if (!S_ISREG(info.st_mode)) {
		return error_set(error, -EINVAL,
			"%s is neither a directory nor a file that `baton capture` wrote", path);
	}
	r = stream_read(fd, TEXT_MAX, &text, &length);
	if (r < 0) {
		return error_set(error, r, "cannot read %s: %s", path, strerror(-r));
	}
	if (is_cut_off(text, length)) {
		return error_set(error, -EBADMSG, "%s has been cut off: its end is missing", path);
	}
	r = unpack(text, length, ret, error);
	if (r < 0) {
		return error_add(error, r, "%s is no captured machine", path);
	}
	watch_over(ret);
	return 0;
}

void unpacked_remove(struct unpacked *unpacked) {
	if (unpacked->root >= 0) {
		close(unpacked->root);
	}
	if (unpacked->path[0]) {
		remove_all(unpacked->path);
	}
	*unpacked = (struct unpacked){.root = -1};
}
