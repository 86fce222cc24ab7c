// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/process.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define FILE_MAX_SIZE 65536
#define PATH_SIZE     64
#define KERNEL_THREAD 0x00200000U

static bool ends(const char *text, size_t length, const char *suffix) {
	size_t end = strlen(suffix);

	return length > end && memcmp(text + length - end, suffix, end) == 0;
}

/*
 * The next service or scope on the way down from *path to end; *path is what follows it. A service
 * manager puts its units into slices and nowhere else: what stands below anything other is of
 * another manager, that of a container ("/lxc/101/ns/system.slice/ssh.service").
 */
static int find_unit(const char **path, const char *end, char *ret, size_t size) {
	bool in_slices = true;

	while (*path < end && in_slices) {
		const char *start = *path, *slash = memchr(start, '/', (size_t)(end - start));
		size_t part = (size_t)((slash ? slash : end) - start);

		*path = start + part + 1;
		/* "..": we are in a namespace of our own, below what we look at */
		in_slices = part == 0 || ends(start, part, ".slice") ||
			    (part == 2 && memcmp(start, "..", part) == 0);
		if (ends(start, part, ".service") || ends(start, part, ".scope")) {
			if (part >= size) {
				return -ENAMETOOLONG;
			}
			memcpy(ret, start, part);
			ret[part] = '\0';
			return 0;
		}
	}
	return -ENOENT;
}

/* The first is the system manager's; below a user's own manager, the next one is the user's. */
static int find_units(const char *path, const char *end, struct units *ret) {
	int r = find_unit(&path, end, ret->unit, sizeof(ret->unit));

	ret->user_unit[0] = '\0';
	if (r == 0 && text_starts(ret->unit, "user@")) {
		r = find_unit(&path, end, ret->user_unit, sizeof(ret->user_unit));
		r = r == -ENOENT ? 0 : r;
	}
	return r;
}

/* "0::/system.slice/lightdm.service", or with cgroup v1 "1:name=systemd:/...". */
int cgroup_units_parse(const char *data, struct units *ret) {
	while (*data) {
		size_t length = strcspn(data, "\n");
		bool ours = text_starts(data, "0::") || strstr(data, ":name=systemd:") == data + 1;
		const char *path = memchr(data, '/', length);
		struct units units;

		if (ours && path) {
			int r = find_units(path, data + length, &units);

			if (r == 0) {
				*ret = units;
			}
			if (r != -ENOENT) {
				return r;
			}
		}
		data += length + (data[length] == '\n');
	}
	return -ENOENT;
}

static int read_of(int root, int pid, const char *name, char **ret) {
	char path[PATH_SIZE];
	int r = name_format(path, sizeof(path), "proc/%d/%s", pid, name);

	return r < 0 ? r : file_read(root, path, FILE_MAX_SIZE, ret, NULL);
}

int process_unit(int root, int pid, char *ret, size_t size) {
	AUTO_FREE char *data = NULL;
	struct units units;
	int r = read_of(root, pid, "cgroup", &data);

	r = r < 0 ? r : cgroup_units_parse(data, &units);
	return r < 0 ? r : name_set(ret, size, units.unit);
}

/* "PID (COMM) STATE PPID ...": COMM may have blanks and parentheses itself. */
int stat_parent_parse(const char *data, int *ret) {
	const char *end = strrchr(data, ')');
	int parent;

	if (!end || sscanf(end, ") %*c %d", &parent) != 1 || parent < 0) {
		return -EINVAL;
	}
	*ret = parent;
	return 0;
}

/* The 22nd field, which is the 20th behind the name. */
int stat_start_parse(const char *data, uint64_t *ret) {
	const char *end = strrchr(data, ')');
	uint64_t start;

	if (!end || sscanf(end,
			    ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			    "%*d %*d %" SCNu64,
			    &start) != 1) {
		return -EINVAL;
	}
	*ret = start;
	return 0;
}

int process_parent(int root, int pid, int *ret) {
	AUTO_FREE char *data = NULL;
	int r = read_of(root, pid, "stat", &data);

	return r < 0 ? r : stat_parent_parse(data, ret);
}

/* The flags are the sixth number behind the state: PF_KTHREAD (include/linux/sched.h). */
bool stat_is_kernel_thread(const char *data) {
	const char *end = strrchr(data, ')');
	unsigned int flags;

	return end && sscanf(end, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       flags & KERNEL_THREAD;
}

bool process_is_kernel_thread(int root, int pid) {
	AUTO_FREE char *data = NULL;

	return read_of(root, pid, "stat", &data) == 0 && stat_is_kernel_thread(data);
}
