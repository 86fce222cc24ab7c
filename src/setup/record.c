// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/record.h"

#include "base/create.h"
#include "base/file.h"
#include "setup/fit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define PATH     RECORD_DIRECTORY "/" RECORD_NAME
#define NEW_NAME RECORD_NAME ".new"

static const char head[] = "# What `baton install` has changed, for `baton uninstall`.\n";

int record_parse(const char *file, const char *data, size_t length, struct changes *ret,
	struct error *error) {
	AUTO_CHANGES struct changes changes = {0};
	unsigned int number = 0;

	for (size_t at = 0; at < length;) {
		const char *line = data + at;
		const char *end = memchr(line, '\n', length - at);
		size_t line_length = end ? (size_t)(end - line) : length - at;
		struct change change;
		int r;

		number++;
		at += line_length + 1;
		if (line_length == 0 || *line == '#') {
			continue;
		}
		r = change_parse(line, line_length, &change, error);
		if (r < 0) {
			return error_add(error, r, "%s:%u", file, number);
		}
		r = changes_add(&changes, change.kind, change.subject, change.value);
		if (r < 0) {
			return error_set(
				error, r, "%s:%u: there are too many changes", file, number);
		}
	}
	*ret = changes;
	changes = (struct changes){0};
	return 0;
}

int record_format(const struct changes *changes, struct text *ret) {
	int r = text_add(ret, "%s", head);

	for (size_t i = 0; r == 0 && i < changes->count; i++) {
		char line[CHANGE_TEXT_SIZE];

		r = text_add(ret, "%s\n", change_format(&changes->items[i], false, line));
	}
	return r;
}

static int check_directory(int fd, uid_t owner, struct error *error) {
	struct stat stat;

	if (fstat(fd, &stat) < 0) {
		return error_set(
			error, -errno, "cannot look at %s: %s", RECORD_DIRECTORY, strerror(errno));
	}
	if (stat.st_uid != owner || (stat.st_mode & (S_IWGRP | S_IWOTH))) {
		return error_set(error, -EPERM,
			"%s may be written by others: remove it after looking at what is in it",
			RECORD_DIRECTORY);
	}
	return 0;
}

static int lock(int fd, struct error *error) {
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		return 0;
	}
	if (errno == EWOULDBLOCK) {
		return error_set(error, -EBUSY,
			"another baton install is at work: try again when it is done");
	}
	return error_set(error, -errno, "cannot lock %s: %s", RECORD_DIRECTORY, strerror(errno));
}

int record_open(int root, uid_t owner, bool create, struct error *error) {
	AUTO_CLOSE int fd = -1;
	int r;

	if (create) {
		r = fit_directory(root, RECORD_DIRECTORY, S_IRWXU, error);
		if (r < 0) {
			return r;
		}
	}
	fd = path_open(root, RECORD_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0) {
		return error_set(error, fd, "cannot open %s: %s", RECORD_DIRECTORY, strerror(-fd));
	}
	r = check_directory(fd, owner, error);
	r = r < 0 ? r : lock(fd, error);
	if (r < 0) {
		return r;
	}
	r = fd;
	fd = -1;
	return r;
}

int record_load(int directory, struct changes *ret, struct error *error) {
	AUTO_FREE char *data = NULL;
	AUTO_CLOSE int fd =
		openat(directory, RECORD_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t length = 0;
	int r = fd < 0 ? -errno : stream_read(fd, RECORD_MAX, &data, &length);

	if (r == -ENOENT) {
		*ret = (struct changes){0};
		return 0;
	}
	return r < 0 ? error_set(error, r, "cannot read %s: %s", PATH, strerror(-r))
		     : record_parse(PATH, data, length, ret, error);
}

int record_save(int directory, const struct changes *changes, struct error *error) {
	AUTO_TEXT struct text text = {0};
	int r = record_format(changes, &text);

	r = r < 0 ? r : file_replace(directory, NEW_NAME, RECORD_NAME, &text);
	return r < 0 ? error_set(error, r, "cannot write %s: %s", PATH, strerror(-r)) : 0;
}

int record_remove(int root, int directory, struct error *error) {
	enum fitted fitted;

	for (size_t i = 0; i < 2; i++) {
		if (unlinkat(directory, i == 0 ? NEW_NAME : RECORD_NAME, 0) < 0 &&
			errno != ENOENT) {
			return error_set(
				error, -errno, "cannot remove %s: %s", PATH, strerror(errno));
		}
	}
	return fit_no_directory(root, RECORD_DIRECTORY, &fitted, error);
}
