// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/create.h"
#include "base/file.h"

#define FILE_MAX_SIZE (1U << 20)
#define VALUE_MAX     4096
#define MODE          0755

/* A directory's fd, and the names within it: the file's own and the one until it is whole. */
struct place {
	int directory;
	char name[NAME_MAX + 1], fresh[NAME_MAX + 1];
};

static int open_place(int root, const char *path, struct place *ret) {
	const char *slash = strrchr(path, '/');
	char above[PATH_MAX];
	int r = slash ? name_format(above, sizeof(above), "/%.*s", (int)(slash - path), path)
		      : -EINVAL;

	r = r < 0 ? r : name_set(ret->name, sizeof(ret->name), slash + 1);
	r = r < 0 ? r : name_format(ret->fresh, sizeof(ret->fresh), ".%s.baton", slash + 1);
	ret->directory = r < 0 ? -1 : dir_open(root, above);
	return r < 0 || ret->directory >= 0 ? r : ret->directory;
}

/* What cannot be copied is not essential, or the file system has no such thing. */
static void copy_attributes(int from, int to) {
	char names[VALUE_MAX], value[VALUE_MAX];
	ssize_t n = flistxattr(from, names, sizeof(names));

	for (const char *name = names; n > 0 && name < names + n; name += strlen(name) + 1) {
		ssize_t length = fgetxattr(from, name, value, sizeof(value));

		if (length >= 0) {
			(void)!fsetxattr(to, name, value, (size_t)length, 0);
		}
	}
}

/* A file system without owners (the ESP) cannot be told one, and need not. */
static int set_owner(int fd, const struct replacement *replacement) {
	struct stat stat;

	if (fstat(fd, &stat) < 0) {
		return -errno;
	}
	if ((stat.st_uid != replacement->uid || stat.st_gid != replacement->gid) &&
		fchown(fd, replacement->uid, replacement->gid) < 0) {
		return -errno;
	}
	if ((stat.st_mode & 07777) != replacement->mode && fchmod(fd, replacement->mode) < 0 &&
		errno != EPERM) {
		return -errno;
	}
	return 0;
}

static int put(const struct place *place, const struct replacement *replacement) {
	AUTO_CLOSE int former = openat(
		place->directory, place->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	AUTO_CLOSE int fd = -1;
	int r = file_create(
		place->directory, place->fresh, S_IRUSR | S_IWUSR, replacement->content);

	if (r < 0) {
		return r;
	}
	fd = openat(place->directory, place->fresh, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	r = fd < 0 ? -errno : set_owner(fd, replacement);
	if (r == 0 && former >= 0) {
		copy_attributes(former, fd);
	}
	if (r == 0 && (fsync(fd) < 0 ||
			      renameat(place->directory, place->fresh, place->directory,
				      place->name) < 0 ||
			      fsync(place->directory) < 0)) {
		r = -errno;
	}
	if (r < 0) {
		(void)unlinkat(place->directory, place->fresh, 0);
	}
	return r;
}

/* (Where nothing may be written, taking away what is not there is an error, too.) */
static int clear(const struct place *place) {
	struct stat stat;

	if (fstatat(place->directory, place->fresh, &stat, AT_SYMLINK_NOFOLLOW) < 0) {
		return errno == ENOENT ? 0 : -errno;
	}
	return unlinkat(place->directory, place->fresh, 0) < 0 && errno != ENOENT ? -errno : 0;
}

int replace_file(int root, const struct replacement *replacement) {
	struct place place;
	int r = open_place(root, replacement->path, &place);

	if (r < 0) {
		return r;
	}
	r = clear(&place);
	r = r < 0 ? r : put(&place, replacement);
	close(place.directory);
	return r;
}

int replace_clear(int root, const char *path) {
	struct place place;
	int r = open_place(root, path, &place);

	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	r = clear(&place);
	close(place.directory);
	return r;
}

int replace_remove(int root, const char *path) {
	struct place place;
	int r = open_place(root, path, &place);

	if (r < 0) {
		return r;
	}
	r = unlinkat(place.directory, place.name, 0) < 0 || fsync(place.directory) < 0 ? -errno : 0;
	close(place.directory);
	return r;
}

int replace_make_directory(int root, const char *path) {
	struct place place;
	int r = open_place(root, path, &place);

	if (r < 0) {
		return r;
	}
	r = mkdirat(place.directory, place.name, MODE) < 0 || fsync(place.directory) < 0 ? -errno
											 : 0;
	close(place.directory);
	return r;
}

int replace_remove_directory(int root, const char *path) {
	struct place place;
	struct stat stat;
	int r = open_place(root, path, &place);

	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	/* (Where nothing may be written, taking away what is not there is an error, too.) */
	r = fstatat(place.directory, place.name, &stat, AT_SYMLINK_NOFOLLOW) < 0 ||
			    unlinkat(place.directory, place.name, AT_REMOVEDIR) < 0 ||
			    fsync(place.directory) < 0
		    ? -errno
		    : 0;
	close(place.directory);
	return r == -ENOENT || r == -ENOTEMPTY || r == -EEXIST || r == -ENOTDIR ? 0 : r;
}

int replaced_read(
	int root, const char *path, char **ret, size_t *ret_length, struct stat *ret_stat) {
	AUTO_CLOSE int fd = -1;
	struct place place;
	int r = open_place(root, path, &place);

	if (r < 0) {
		return r;
	}
	fd = openat(place.directory, place.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	r = fd < 0 || fstat(fd, ret_stat) < 0 ? -errno : 0;
	r = r < 0 ? r : stream_read(fd, FILE_MAX_SIZE, ret, ret_length);
	close(place.directory);
	return r;
}
