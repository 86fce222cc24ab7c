// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/store.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

#define SUFFIX      ".journal"
#define SLASH       "%2f"
#define JOURNAL_MAX (8U << 20) /* many times what the longest plan can write */

/* A token leaves '/' as it is; a file's name may not have it. */
int store_file_name(const char *guest, const char *suffix, char ret[STORE_NAME_SIZE]) {
	char token[STORE_NAME_SIZE], name[STORE_NAME_SIZE] = "";
	size_t length = 0;
	int r = token_encode(guest, token, sizeof(token));

	for (const char *c = token; r >= 0 && *c; c++) {
		char plain[] = {*c, '\0'};
		const char *part = *c == '/' ? SLASH : plain;

		r = name_set(name + length, sizeof(name) - length, part);
		length += strlen(part);
	}
	if (r >= 0) {
		r = name_set(name + length, sizeof(name) - length, suffix);
	}
	if (r < 0) {
		return r;
	}
	memcpy(ret, name, sizeof(name));
	return 0;
}

int store_name(const char *guest, char ret[STORE_NAME_SIZE]) {
	return store_file_name(guest, SUFFIX, ret);
}

int store_guest(const char *name, char *ret, size_t size) {
	size_t length = strlen(name), suffix = strlen(SUFFIX), done = 0;
	char token[STORE_NAME_SIZE];

	if (length <= suffix || length >= sizeof(token) ||
		strcmp(name + length - suffix, SUFFIX) != 0 || strchr(name, '/')) {
		return -EINVAL;
	}
	for (size_t i = 0; i < length - suffix; i++) {
		bool slash = text_starts(name + i, SLASH);

		token[done++] = slash ? '/' : name[i];
		i += slash ? strlen(SLASH) - 1 : 0;
	}
	return token_decode(token, done, ret, size);
}

/* Whoever could put a file there could have us undo what nobody did. */
int store_check_directory(int fd, const char *path, struct error *error) {
	struct stat stat;

	if (fstat(fd, &stat) < 0) {
		return error_set(error, -errno, "cannot look at %s: %s", path, strerror(errno));
	}
	if (stat.st_uid != geteuid() || (stat.st_mode & (S_IWGRP | S_IWOTH))) {
		return error_set(error, -EPERM,
			"%s may be written by others: remove it after looking at what is in it",
			path);
	}
	return 0;
}

int store_open(struct machine *machine, bool create, struct error *error) {
	const char *path = machine->options.state;
	AUTO_CLOSE int fd = -1;
	int r;

	if (create && mkdir(path, S_IRWXU) < 0 && errno != EEXIST) {
		return error_set(error, -errno, "cannot make %s: %s", path, strerror(errno));
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		return error_set(error, -errno, "cannot open %s: %s", path, strerror(errno));
	}
	r = store_check_directory(fd, path, error);
	if (r < 0) {
		return r;
	}
	r = fd;
	fd = -1;
	return r;
}

int store_list(struct ops *ops, struct names *ret, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	AUTO_NAMES struct names files = {0}, guests = {0};
	struct error why;
	AUTO_CLOSE int directory = store_open(machine, false, &why);
	int r;

	/* No hand-over since the machine was started: nothing to remark on. */
	if (directory == -ENOENT) {
		*ret = (struct names){0};
		return 0;
	}
	if (directory < 0) {
		return error_set(error, directory, "%s", why.text);
	}
	r = names_read(directory, ".", &files);
	for (size_t i = 0; r >= 0 && i < files.count; i++) {
		char guest[STORE_NAME_SIZE];

		/* What cannot be a name that we gave is not ours. */
		if (store_guest(files.names[i], guest, sizeof(guest)) == 0) {
			r = names_add(&guests, guest);
		}
	}
	if (r < 0) {
		return error_set(
			error, r, "cannot list %s: %s", machine->options.state, strerror(-r));
	}
	*ret = guests;
	guests = (struct names){0};
	return 0;
}

/* The file's name in the state directory, and that directory. */
struct place {
	int directory;
	char name[STORE_NAME_SIZE];
};

static void leave(struct place *place) {
	closep(&place->directory);
}

#define AUTO_PLACE CLEANUP(leave)

static int find(struct machine *machine, const char *guest, bool create, struct place *ret,
	struct error *error) {
	int r = store_name(guest, ret->name);

	if (r < 0) {
		return error_set(error, r, "the name \"%s\" is too long for a journal", guest);
	}
	r = store_open(machine, create, error);
	if (r >= 0) {
		ret->directory = r;
	}
	return r < 0 ? r : 0;
}

static int fail(struct machine *machine, const struct place *place, const char *what, int r,
	struct error *error) {
	return error_set(error, r, "cannot %s %s/%s: %s", what, machine->options.state, place->name,
		strerror(-r));
}

int store_read(
	struct ops *ops, const char *guest, char **ret, size_t *ret_length, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	AUTO_PLACE struct place place = {.directory = -1};
	AUTO_CLOSE int fd = -1;
	int r = find(machine, guest, false, &place, error);

	if (r < 0) {
		return r;
	}
	/* O_NONBLOCK: a FIFO put in its place must not stop us. */
	fd = openat(place.directory, place.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	r = fd < 0 ? -errno : stream_read(fd, JOURNAL_MAX, ret, ret_length);
	return r < 0 ? fail(machine, &place, "read", r, error) : 0;
}

/*
 * Room for every line that is still to come, kept out of the file's size. A file system without
 * reservations is one without a limit of its own (ramfs): there is nothing to reserve.
 */
static int reserve_room(int fd, size_t reserve) {
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)reserve) == 0 || errno == EOPNOTSUPP) {
		return 0;
	}
	return -errno;
}

int store_create(struct ops *ops, const char *guest, size_t reserve, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	AUTO_PLACE struct place place = {.directory = -1};
	AUTO_CLOSE int fd = -1;
	int r = find(machine, guest, true, &place, error);

	if (r < 0) {
		return r;
	}
	fd = openat(place.directory, place.name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0) {
		return fail(machine, &place, "make", -errno, error);
	}
	r = reserve_room(fd, reserve);
	if (r >= 0 && (fsync(fd) < 0 || fsync(place.directory) < 0)) {
		r = -errno;
	}
	if (r < 0) {
		(void)unlinkat(place.directory, place.name, 0);
		return fail(machine, &place, "make", r, error);
	}
	return 0;
}

static int append(int fd, const char *data, size_t length) {
	ssize_t n;

	do {
		n = write(fd, data, length);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		return -errno;
	}
	if ((size_t)n < length) {
		return -ENOSPC; /* a torn line, which the next one's newline ends */
	}
	return fdatasync(fd) < 0 ? -errno : 0;
}

int store_append(
	struct ops *ops, const char *guest, const char *data, size_t length, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	AUTO_PLACE struct place place = {.directory = -1};
	AUTO_CLOSE int fd = -1;
	int r = find(machine, guest, false, &place, error);

	if (r < 0) {
		return r;
	}
	fd = openat(place.directory, place.name,
		O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	r = fd < 0 ? -errno : append(fd, data, length);
	return r < 0 ? fail(machine, &place, "write", r, error) : 0;
}

int store_remove(struct ops *ops, const char *guest, struct error *error) {
	struct machine *machine = (struct machine *)ops;
	AUTO_PLACE struct place place = {.directory = -1};
	int r = find(machine, guest, false, &place, error);

	if (r < 0) {
		return r;
	}
	if (unlinkat(place.directory, place.name, 0) < 0 || fsync(place.directory) < 0) {
		return fail(machine, &place, "remove", -errno, error);
	}
	return 0;
}

int store_written(struct ops *ops, const char *guest, int64_t *ret_s) {
	struct machine *machine = (struct machine *)ops;
	AUTO_PLACE struct place place = {.directory = -1};
	struct stat stat;
	int r = find(machine, guest, false, &place, NULL);

	if (r < 0) {
		return r;
	}
	if (fstatat(place.directory, place.name, &stat, AT_SYMLINK_NOFOLLOW) < 0) {
		return -errno;
	}
	*ret_s = stat.st_mtim.tv_sec;
	return 0;
}
