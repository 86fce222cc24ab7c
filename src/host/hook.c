// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/hook.h"

#include "base/file.h"
#include "base/text.h"
#include "host/driver/taking.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#define HOOKS_MAX  1024
#define LEVELS_MAX 4 /* qemu.d/GUEST/prepare/begin/FILE */

struct reader {
	int root;
	struct hooks hooks;
	struct error *error;
};

static const char *find_word(int fd) {
	AUTO_FREE char *data = malloc(HOOK_LOOKED_INTO);
	size_t length = 0;
	ssize_t n = 1;

	while (data && n > 0 && length < HOOK_LOOKED_INTO) {
		n = read(fd, data + length, HOOK_LOOKED_INTO - length);
		length += n > 0 ? (size_t)n : 0;
	}
	return data ? taking_word(data, length) : NULL;
}

static int add(struct reader *reader, const struct hook *hook, const char *path) {
	struct hook *larger;

	if (reader->hooks.count >= HOOKS_MAX) {
		return error_set(reader->error, -E2BIG, "there are more than %d hooks in %s",
			HOOKS_MAX, HOOK_DIRECTORY);
	}
	larger = reallocarray(reader->hooks.items, reader->hooks.count + 1, sizeof(*larger));
	if (!larger) {
		return error_set(reader->error, -ENOMEM, "out of memory");
	}
	reader->hooks.items = larger;
	larger[reader->hooks.count] = *hook;
	larger[reader->hooks.count].path = strdup(path);
	if (!larger[reader->hooks.count].path) {
		return error_set(reader->error, -ENOMEM, "out of memory");
	}
	reader->hooks.count++;
	return 0;
}

/* When the entry came there, be it a file or a link. */
static void read_since(int root, const char *path, struct hook *hook) {
	AUTO_CLOSE int fd = path_open(root, path, O_PATH | O_NOFOLLOW);
	struct stat stat = hook->stat;

	if (fd >= 0) {
		(void)!fstat(fd, &stat);
	}
	hook->since_s = stat.st_ctim.tv_sec;
	hook->since_ns = stat.st_ctim.tv_nsec;
}

/* Adds it if it is a file that can be executed (virFileIsExecutable). Whatever cannot be opened is
 * none, for libvirt too. */
static int add_file(struct reader *reader, const char *path, bool by_libvirt) {
	AUTO_CLOSE int fd = file_open(reader->root, path);
	struct hook hook = {.by_libvirt = by_libvirt};

	if (fd < 0 || fstat(fd, &hook.stat) < 0 || !S_ISREG(hook.stat.st_mode) ||
		!(hook.stat.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH))) {
		return 0;
	}
	read_since(reader->root, path, &hook);
	hook.word = find_word(fd);
	return add(reader, &hook, path);
}

/* 1: it is a directory (links are not followed), 0: it is not. */
static int is_directory(int root, const char *path) {
	AUTO_CLOSE int fd = path_open(root, path, O_PATH | O_NOFOLLOW);
	struct stat stat;

	return fd >= 0 && fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode);
}

static int read_directory(struct reader *reader, const char *path, unsigned int level);

static int read_entry(
	struct reader *reader, const char *directory, const char *name, unsigned int level) {
	char path[PATH_MAX];
	int r = name_format(path, sizeof(path), "%s/%s", directory, name);

	if (r < 0) {
		return error_set(reader->error, r, "a name in %s is too long", directory);
	}
	if (!is_directory(reader->root, path)) {
		return level == 0 ? 0 : add_file(reader, path, false);
	}
	return level < LEVELS_MAX ? read_directory(reader, path, level + 1) : 0;
}

/* What is in the directories below qemu.d, and theirs. Level 0 is qemu.d itself, whose files are
 * libvirt's. */
static int read_directory(struct reader *reader, const char *path, unsigned int level) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(reader->root, path, &names);

	if (r < 0) {
		return error_set(reader->error, r, "cannot read %s: %s", path, strerror(-r));
	}
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		r = read_entry(reader, path, names.names[i], level);
	}
	return r;
}

static int read_files(struct reader *reader) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(reader->root, HOOK_D, &names);

	if (r < 0) {
		return r == -ENOENT || r == -ENOTDIR
			       ? -ENOENT
			       : error_set(reader->error, r, "cannot read %s: %s", HOOK_D,
					 strerror(-r));
	}
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		char path[PATH_MAX];

		r = name_format(path, sizeof(path), "%s/%s", HOOK_D, names.names[i]);
		r = r < 0 ? error_set(reader->error, r, "a name in %s is too long", HOOK_D)
			  : add_file(reader, path, true);
	}
	return r;
}

int hooks_read(int root, struct hooks *ret, struct error *error) {
	struct reader reader = {.root = root, .error = error};
	int r = add_file(&reader, HOOK_FIRST, true);
	bool dispatched = reader.hooks.count > 0;

	r = r < 0 ? r : read_files(&reader);
	if (r == 0 && dispatched) {
		r = read_directory(&reader, HOOK_D, 0);
	}
	if (r < 0 && r != -ENOENT) {
		hooks_free(&reader.hooks);
		return r;
	}
	*ret = reader.hooks;
	return 0;
}

void hooks_free(struct hooks *hooks) {
	for (size_t i = 0; i < hooks->count; i++) {
		free(hooks->items[i].path);
	}
	free(hooks->items);
	*hooks = (struct hooks){0};
}
