// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/attribute.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"

static int write_once(int root, const char *path, const char *value) {
	struct open_how how = {
		.flags = O_WRONLY | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	AUTO_CLOSE int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	size_t length = strlen(value);
	ssize_t n;

	if (fd < 0) {
		return -errno;
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
