// SPDX-License-Identifier: GPL-2.0-or-later
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

bool file_read(const char *path, char *ret, size_t size) {
	int file = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t n = 0;

	if (file < 0) {
		return false;
	}
	while (length < size - 1 && (n = read(file, ret + length, size - 1 - length)) > 0) {
		length += (size_t)n;
	}
	close(file);
	ret[length] = '\0';
	return n >= 0;
}

int file_push(const char *path, const char *text) {
	int file = open(path, O_WRONLY | O_CLOEXEC);
	int r;

	if (file < 0) {
		return -errno;
	}
	r = write(file, text, strlen(text)) < 0 ? -errno : 0;
	close(file);
	return r;
}

bool file_replace(const char *path, const char *text) {
	char draft[PATH_SIZE + 8];
	bool written;
	int file;

	(void)snprintf(draft, sizeof(draft), "%s.tmp", path);
	file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	written = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);
	if (file >= 0) {
		close(file);
	}
	return (written && rename(draft, path) == 0) ||
	       fail("cannot write %s: %s", path, strerror(errno));
}
