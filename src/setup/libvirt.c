// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/libvirt.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define LIBRARY "libvirt.so.0"

static unsigned int read_version(int root, const char *directory) {
	char path[PATH_MAX], name[NAME_MAX];
	unsigned int version = 0, micro;

	if (name_format(path, sizeof(path), "%s/" LIBRARY, directory) < 0 ||
		link_read_name(root, path, name, sizeof(name)) < 0 ||
		sscanf(name, LIBRARY ".%7u.%7u", &version, &micro) != 2) {
		return 0;
	}
	return version;
}

unsigned int libvirt_version(int root) {
	AUTO_NAMES struct names names = {0};
	unsigned int version = read_version(root, "/usr/lib64");

	version = version ? version : read_version(root, "/usr/lib");
	if (version || names_read(root, "/usr/lib", &names) < 0) {
		return version;
	}
	for (size_t i = 0; !version && i < names.count; i++) {
		char directory[PATH_MAX];

		if (strstr(names.names[i], "-linux-") &&
			name_format(directory, sizeof(directory), "/usr/lib/%s", names.names[i]) ==
				0) {
			version = read_version(root, directory);
		}
	}
	return version;
}

static bool is_before(const struct hook *hook, const struct timespec *time) {
	return hook->since_s < time->tv_sec ||
	       (hook->since_s == time->tv_sec && hook->since_ns < time->tv_nsec);
}

static bool has_seen(const struct hooks *hooks, const struct timespec *start) {
	for (size_t i = 0; i < hooks->count; i++) {
		if (hooks->items[i].by_libvirt && is_before(&hooks->items[i], start)) {
			return true;
		}
	}
	return false;
}

const char *libvirt_unaware(int root, const struct hooks *hooks) {
	static const char *const daemons[][2] = {
		{"libvirtd", "/run/libvirtd.pid"},
		{"virtqemud", "/run/virtqemud.pid"},
	};

	for (size_t i = 0; i < COUNT(daemons); i++) {
		AUTO_CLOSE int fd = path_open(root, daemons[i][1], O_PATH);
		struct stat stat;

		if (fd >= 0 && fstat(fd, &stat) == 0 && !has_seen(hooks, &stat.st_mtim)) {
			return daemons[i][0];
		}
	}
	return NULL;
}
