// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/attribute.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

/* A page is all that an attribute can be. */
#define ATTRIBUTE_MAX 4096

static int read_whole(int opened, char *ret, size_t size) {
	AUTO_CLOSE int fd = opened;
	ssize_t n;

	if (fd < 0) {
		return fd;
	}
	n = read(fd, ret, size - 1);
	if (n < 0) {
		return -errno;
	}
	ret[n] = '\0';
	return 0;
}

int attribute_read_whole(int device, const char *name, char *ret, size_t size) {
	return read_whole(entry_open(device, name), ret, size);
}

int attribute_read_alone(int root, const char *path, char *ret, size_t size) {
	return read_whole(file_open(root, path), ret, size);
}

int attribute_read(int device, const char *name, char *ret, size_t size) {
	char data[ATTRIBUTE_MAX];
	char *start = data;
	size_t length;
	int r = attribute_read_whole(device, name, data, sizeof(data));

	if (r < 0) {
		return r;
	}
	/* A whole page of one line may be cut, and blanks may hide that. */
	if (strlen(data) == sizeof(data) - 1 && !strchr(data, '\n')) {
		return -ENAMETOOLONG;
	}
	start += strspn(start, " \t");
	length = strcspn(start, "\n");
	while (length > 0 && (start[length - 1] == ' ' || start[length - 1] == '\t')) {
		length--;
	}
	start[length] = '\0';
	return name_set(ret, size, start);
}

void attribute_read_if_any(int device, const char *name, char *ret, size_t size) {
	if (attribute_read(device, name, ret, size) < 0) {
		ret[0] = '\0';
	}
}

uint64_t attribute_number(int device, const char *name, int base) {
	char line[32] = "", *end;
	unsigned long long value;

	if (attribute_read(device, name, line, sizeof(line)) < 0) {
		return 0;
	}
	errno = 0;
	value = strtoull(line, &end, base);
	return errno || end == line || *end || line[0] == '-' ? 0 : value;
}
