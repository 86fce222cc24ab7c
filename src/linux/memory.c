// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/create.h"
#include "linux/store.h"

#define SUFFIX ".known"
/* What is not yet whole: of each guest its own, since nothing keeps two hand-overs apart here. */
#define NEW_SUFFIX SUFFIX ".new"

static const char *path_of(struct ops *ops) {
	return ((struct machine *)ops)->options.memory;
}

static int fail(struct ops *ops, const char *what, const char *name, int r, struct error *error) {
	return error_set(error, r, "cannot %s %s/%s: %s", what, path_of(ops), name, strerror(-r));
}

/* One of the directories on the way: neither a link nor anybody else's. */
static int open_directory(int above, const char *name, bool create, struct error *error) {
	AUTO_CLOSE int fd = -1;
	int r;

	if (create && mkdirat(above, name, S_IRWXU) < 0 && errno != EEXIST) {
		return error_set(error, -errno, "cannot make %s: %s", name, strerror(errno));
	}
	fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		return error_set(error, -errno, "cannot open %s: %s", name, strerror(errno));
	}
	r = store_check_directory(fd, name, error);
	if (r < 0) {
		return r;
	}
	r = fd;
	fd = -1;
	return r;
}

/* The directory's fd: the one above it is baton's own too (`baton install` keeps its record there).
 */
static int open_memory(struct ops *ops, bool create, struct error *error) {
	const char *path = path_of(ops), *slash = strrchr(path, '/');
	AUTO_CLOSE int above = -1;
	char directory[PATH_MAX];

	if (!slash ||
		name_format(directory, sizeof(directory), "%.*s", (int)(slash - path), path) < 0) {
		return error_set(error, -EINVAL, "%s is no place to remember anything", path);
	}
	above = open_directory(AT_FDCWD, directory, create, error);
	return above < 0 ? above : open_directory(above, slash + 1, create, error);
}

int memory_read(struct ops *ops, const char *guest, struct known *ret, struct error *error) {
	AUTO_CLOSE int directory = open_memory(ops, false, error);
	AUTO_CLOSE int fd = -1;
	AUTO_FREE char *data = NULL;
	char name[STORE_NAME_SIZE];
	struct known known;
	size_t length = 0;
	int r = directory < 0 ? directory : store_file_name(guest, SUFFIX, name);

	if (r < 0) {
		return r;
	}
	/* O_NONBLOCK: a FIFO put in its place must not stop us. */
	fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	r = fd < 0 ? -errno : stream_read(fd, KNOWN_MAX, &data, &length);
	if (r < 0) {
		return fail(ops, "read", name, r, error);
	}
	r = known_parse(data, length, &known, error);
	if (r == 0 && strcmp(known.guest, guest) != 0) {
		r = error_set(error, -EINVAL, "it is of somebody else");
	}
	if (r < 0) {
		return error_add(error, r, "%s/%s", path_of(ops), name);
	}
	*ret = known;
	return 0;
}

int memory_write(struct ops *ops, const struct known *known, struct error *error) {
	AUTO_TEXT struct text text = {0};
	AUTO_CLOSE int directory = -1;
	char name[STORE_NAME_SIZE], fresh[STORE_NAME_SIZE];
	int r = store_file_name(known->guest, SUFFIX, name);

	r = r < 0 ? r : store_file_name(known->guest, NEW_SUFFIX, fresh);
	r = r < 0 ? r : known_format(known, &text);
	if (r < 0) {
		return error_set(error, r, "cannot remember %s: %s", known->guest, strerror(-r));
	}
	directory = open_memory(ops, true, error);
	if (directory < 0) {
		return directory;
	}
	r = file_replace(directory, fresh, name, &text);
	return r < 0 ? fail(ops, "write", name, r, error) : 0;
}

int memory_remove(struct ops *ops, const char *guest, struct error *error) {
	AUTO_CLOSE int directory = open_memory(ops, false, error);
	char name[STORE_NAME_SIZE];
	int r = directory < 0 ? directory : store_file_name(guest, SUFFIX, name);

	if (r < 0) {
		return r;
	}
	if (unlinkat(directory, name, 0) < 0 || fsync(directory) < 0) {
		return fail(ops, "remove", name, -errno, error);
	}
	return 0;
}
