// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux-tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tree_make(struct tree *tree) {
	strcpy(tree->path, "/tmp/test-linux-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
	tree->fd = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree->fd >= 0);
}

static int unlink_one(const char *path, const struct stat *stat, int type, struct FTW *at) {
	return remove(path);
}

void tree_remove(struct tree *tree) {
	close(tree->fd);
	assert_int_equal(nftw(tree->path, unlink_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void tree_directory(const struct tree *tree, const char *path) {
	char part[512];

	for (size_t i = 1; i <= strlen(path); i++) {
		if (path[i] == '/' || path[i] == '\0') {
			snprintf(part, sizeof(part), "%.*s", (int)i, path);
			assert_true(mkdirat(tree->fd, part, 0755) == 0 || errno == EEXIST);
		}
	}
}

static void make_parent(const struct tree *tree, const char *path) {
	char parent[512];
	const char *slash = strrchr(path, '/');

	if (slash) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		tree_directory(tree, parent);
	}
}

void tree_bytes(const struct tree *tree, const char *path, const char *data, size_t length) {
	int fd;

	make_parent(tree, path);
	fd = openat(tree->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, length), length);
	close(fd);
}

void tree_file(const struct tree *tree, const char *path, const char *content) {
	tree_bytes(tree, path, content, strlen(content));
}

void tree_link(const struct tree *tree, const char *path, const char *target) {
	make_parent(tree, path);
	assert_int_equal(symlinkat(target, tree->fd, path), 0);
}

void tree_fifo(const struct tree *tree, const char *path) {
	make_parent(tree, path);
	assert_int_equal(mkfifoat(tree->fd, path, 0600), 0);
}

void tree_unlink(const struct tree *tree, const char *path) {
	assert_int_equal(unlinkat(tree->fd, path, 0), 0);
}

bool tree_holds(const struct tree *tree, const char *path, const char *content) {
	char data[4096];
	int fd = openat(tree->fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof(data));

	if (fd >= 0) {
		close(fd);
	}
	return n == (ssize_t)strlen(content) && memcmp(data, content, (size_t)n) == 0;
}
