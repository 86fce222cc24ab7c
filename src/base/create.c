// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/create.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const struct text *text) {
	size_t done = 0;

	while (done < text->length) {
		ssize_t n = write(fd, text->data + done, text->length - done);

		if (n < 0 && errno != EINTR) {
			return -errno;
		}
		done += n < 0 ? 0 : (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int file_create(int directory, const char *name, mode_t mode, const struct text *text) {
	AUTO_CLOSE int fd =
		openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	int r = fd < 0 ? -errno : write_all(fd, text);

	if (fd >= 0 && r < 0) {
		(void)unlinkat(directory, name, 0);
	}
	return r;
}

int file_replace(int directory, const char *fresh, const char *name, const struct text *text) {
	int r = 0;

	if (unlinkat(directory, fresh, 0) < 0 && errno != ENOENT) {
		return -errno;
	}
	r = file_create(directory, fresh, S_IRUSR | S_IWUSR, text);
	if (r == 0 && (renameat(directory, fresh, directory, name) < 0 || fsync(directory) < 0)) {
		r = -errno;
	}
	return r;
}
