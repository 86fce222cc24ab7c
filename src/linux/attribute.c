// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/attribute.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static int write_once(int root, const char *path, const char *value) {
	AUTO_CLOSE int fd = path_open(root, path, O_WRONLY | O_NOCTTY);
	size_t length = strlen(value);
	ssize_t n;

	if (fd < 0) {
		return fd;
	}
	n = write(fd, value, length);
	if (n < 0) {
		return -errno;
	}
	return (size_t)n == length ? 0 : -EIO;
}

int attribute_write(int root, const char *path, const char *value, struct error *error) {
	int r = write_once(root, path, value);

	if (r < 0) {
		return error_set(error, r, "cannot write \"%.*s\" to /%s: %s",
			(int)strcspn(value, "\n"), value, path, strerror(-r));
	}
	return 0;
}

bool word_is_name(const char *word) {
	return *word && !strchr(word, '/') && strcmp(word, ".") != 0 && strcmp(word, "..") != 0;
}
