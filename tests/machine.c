// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "capture/text.h"
#include "capture/unpack.h"

/* Makes the directories above the path, which is below the root. */
static int make_parents(const struct machine *machine, const char *path) {
	char part[PATH_MAX];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		int r = name_format(part, sizeof(part), "%.*s", (int)(slash - path), path);

		if (r < 0) {
			return r;
		}
		if (part[0] && mkdirat(machine->root, part, 0755) < 0 && errno != EEXIST) {
			return -errno;
		}
	}
	return 0;
}

static const char *relative(const char *path) {
	return path + strspn(path, "/");
}

static int open_file(const struct machine *machine, const char *path) {
	int fd = openat(machine->root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd < 0 ? -errno : fd;
}

int machine_write(const struct machine *machine, const char *path, const char *data) {
	size_t length = strlen(data);
	AUTO_CLOSE int fd = open_file(machine, relative(path));

	if (fd == -ENOENT) {
		int r = make_parents(machine, relative(path));

		if (r < 0) {
			return r;
		}
		fd = open_file(machine, relative(path));
	}
	if (fd < 0) {
		return fd;
	}
	return write(fd, data, length) == (ssize_t)length ? 0 : -EIO;
}

static int make_link(const struct machine *machine, const char *path, const char *target) {
	/* Two devices may say the same of a driver. */
	bool made = symlinkat(target, machine->root, path) == 0 || errno == EEXIST;

	return made ? 0 : -errno;
}

int machine_link(const struct machine *machine, const char *path, const char *target) {
	int r = make_link(machine, relative(path), target);

	if (r == -ENOENT) {
		r = make_parents(machine, relative(path));
		r = r < 0 ? r : make_link(machine, relative(path), target);
	}
	return r;
}

int machine_make(const char *text, size_t length, struct machine *ret) {
	struct unpacked unpacked;
	struct error error = {0};
	int r = unpack(text ? text : "", length, &unpacked, &error);

	if (r < 0) {
		fprintf(stderr, "machine: %s\n", error.text);
		return r;
	}
	memcpy(ret->path, unpacked.path, sizeof(ret->path));
	ret->root = unpacked.root;
	return 0;
}

int machine_load(const char *name, struct machine *ret) {
	char path[PATH_MAX];
	AUTO_CLOSE int root = root_open("/");
	AUTO_FREE char *text = NULL;
	size_t length = 0;
	int r = name[0] == '/' ? name_set(path, sizeof(path), name)
			       : name_format(path, sizeof(path), "%s/%s.umockdev", MACHINES, name);

	if (r == 0) {
		r = file_read(root, path, TEXT_MAX, &text, &length);
	}
	if (r < 0) {
		fprintf(stderr, "machine: %s: %s\n", name, strerror(-r));
		return r;
	}
	return machine_make(text, length, ret);
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *at) {
	(void)info;
	(void)type;
	(void)at;
	return remove(path);
}

int machine_remove(const struct machine *machine, const char *path) {
	char whole[PATH_MAX];
	int r = name_format(whole, sizeof(whole), "%s/%s", machine->path, relative(path));

	if (r < 0) {
		return r;
	}
	return nftw(whole, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -errno;
}

void machine_free(struct machine *machine) {
	if (machine->root >= 0) {
		close(machine->root);
	}
	if (machine->path[0]) {
		nftw(machine->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	}
	*machine = (struct machine){.root = -1};
}
