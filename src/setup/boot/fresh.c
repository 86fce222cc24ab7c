// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/fresh.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "setup/boot/image.h"

#define PATH_SIZE       512
#define LEVELS          4
#define FAT_PRECISION_S 2 /* a time there is even */

static int look_at(const struct fresh *fresh, const char *path, unsigned int levels);

static int look_into(const struct fresh *fresh, const char *path, unsigned int levels) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(fresh->root, path, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		char below[PATH_SIZE];

		if (name_format(below, sizeof(below), "%s/%s", path, names.names[i]) == 0) {
			r = look_at(fresh, below, levels);
		}
	}
	return r;
}

static int look_at(const struct fresh *fresh, const char *path, unsigned int levels) {
	AUTO_CLOSE int fd = path_open(fresh->root, path, O_PATH | O_NOFOLLOW);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) < 0) {
		return 0;
	}
	if (S_ISDIR(stat.st_mode)) {
		return levels > 0 ? look_into(fresh, path, levels - 1) : 0;
	}
	return S_ISREG(stat.st_mode) ? fresh->found(fresh->context, path, &stat) : 0;
}

bool fresh_is(const struct stat *stat, time_t since_s) {
	return stat->st_mtime + FAT_PRECISION_S >= since_s;
}

/* Where dracut makes one anew, if it is there. */
static int look_at_modules(const struct fresh *fresh) {
	AUTO_NAMES struct names kernels = {0};
	int r = names_read(fresh->root, "/lib/modules", &kernels);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; r == 0 && i < kernels.count; i++) {
		char path[PATH_SIZE];

		if (name_format(path, sizeof(path), "/lib/modules/%s/initrd", kernels.names[i]) ==
			0) {
			r = look_at(fresh, path, 0);
		}
	}
	return r;
}

int fresh_find(const struct fresh *fresh) {
	static const char *const places[] = {"/boot", "/efi"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(places); i++) {
		r = look_into(fresh, places[i], LEVELS);
	}
	return r ? r : look_at_modules(fresh);
}

/* Images, unified ones, entries and menus: others may keep there what they like. */
static bool starts_machine(const char *path) {
	return image_is(path) || text_ends(path, ".efi") || text_ends(path, ".conf") ||
	       text_ends(path, ".cfg");
}

static int add(void *context, const char *path, const struct stat *stat) {
	if (!starts_machine(path)) {
		return 0;
	}
	return text_add(context, "%s %ju %ju %jd.%ld\n", path, (uintmax_t)stat->st_ino,
		(uintmax_t)stat->st_size, (intmax_t)stat->st_mtim.tv_sec, stat->st_mtim.tv_nsec);
}

bool fresh_lists(const struct text *list, const char *path) {
	size_t length = strlen(path);

	for (const char *line = list->data; line && *line; line = text_next_line(line)) {
		if (strncmp(line, path, length) == 0 && line[length] == ' ') {
			return true;
		}
	}
	return false;
}

int fresh_list(int root, struct text *ret) {
	const struct fresh all = {.root = root, .found = add, .context = ret};
	int r = text_append(ret, "", 0);

	return r < 0 ? r : fresh_find(&all);
}
