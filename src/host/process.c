// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/text.h"
#include "host/link.h"
#include "host/user.h"

#define FILE_MAX_SIZE   65536
#define PASSWD_MAX_SIZE (4U << 20)
#define PATH_SIZE       64

static bool ends(const char *text, size_t length, const char *suffix) {
	size_t end = strlen(suffix);

	return length > end && memcmp(text + length - end, suffix, end) == 0;
}

/* The next service or scope on the way down from *path to end; *path is what follows it. */
static int find_unit(const char **path, const char *end, char *ret, size_t size) {
	while (*path < end) {
		const char *start = *path, *slash = memchr(start, '/', (size_t)(end - start));
		size_t part = (size_t)((slash ? slash : end) - start);

		*path = start + part + 1;
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

static int read_units(int root, int pid, struct units *ret) {
	AUTO_FREE char *data = NULL;
	int r = read_of(root, pid, "cgroup", &data);

	return r < 0 ? r : cgroup_units_parse(data, ret);
}

int process_unit(int root, int pid, char *ret, size_t size) {
	struct units units;
	int r = read_units(root, pid, &units);

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

int process_parent(int root, int pid, int *ret) {
	AUTO_FREE char *data = NULL;
	int r = read_of(root, pid, "stat", &data);

	return r < 0 ? r : stat_parent_parse(data, ret);
}

/* What all looks at open files need. */
struct scan {
	int root;
	bool real; /* /proc is the kernel's: its links lead to the open files themselves */
	const struct nodes *nodes;
	struct holders *holders;
	int pid;
	char *passwd; /* of the machine; NULL: not read yet, or not there */
};

static const struct node *look_at_file(const struct scan *scan, int directory, const char *name) {
	struct node number = {0};
	struct statx file;

	if (statx(directory, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE, &file) < 0 ||
		(!S_ISCHR(file.stx_mode) && !S_ISBLK(file.stx_mode))) {
		return NULL;
	}
	number.block = S_ISBLK(file.stx_mode);
	number.major = file.stx_rdev_major;
	number.minor = file.stx_rdev_minor;
	return nodes_find(scan->nodes, &number);
}

/* In a captured machine the links are only text, and must not lead us out of it. */
static const struct node *look_at_text(const struct scan *scan, int directory, const char *name) {
	char link[LINK_SIZE];

	if (link_read(directory, name, link, sizeof(link)) < 0 || !text_starts(link, "/dev/")) {
		return NULL;
	}
	return nodes_find_name(scan->nodes, link + strlen("/dev/"));
}

/* Its user: the name if the machine's own file has one, or else the number. */
static void set_user(struct scan *scan, struct holder *holder) {
	AUTO_FREE char *status = NULL;

	if (read_of(scan->root, scan->pid, "status", &status) < 0 ||
		status_uid_parse(status, &holder->uid) < 0) {
		return;
	}
	if (!scan->passwd &&
		file_read(scan->root, "etc/passwd", PASSWD_MAX_SIZE, &scan->passwd, NULL) < 0) {
		scan->passwd = NULL;
	}
	if (!scan->passwd || user_name_parse(scan->passwd, holder->uid, holder->user) < 0) {
		snprintf(holder->user, sizeof(holder->user), "%" PRIu32, holder->uid);
	}
}

static int add_holder(struct scan *scan, const struct node *node) {
	struct holder holder = {.kind = HOLDER_PROCESS, .device = node->device, .pid = scan->pid};
	AUTO_FREE char *comm = NULL;
	struct units units;

	if (read_of(scan->root, scan->pid, "comm", &comm) == 0) {
		comm[strcspn(comm, "\n")] = '\0';
		label_set(holder.name, comm);
	}
	if (read_units(scan->root, scan->pid, &units) == 0) {
		memcpy(holder.unit, units.unit, sizeof(holder.unit));
		memcpy(holder.user_unit, units.user_unit, sizeof(holder.user_unit));
	}
	set_user(scan, &holder);
	memcpy(holder.node, node->name, sizeof(holder.node));
	return holders_add(scan->holders, &holder);
}

static int add_holders(struct scan *scan, const struct node *node) {
	const struct node *number = node;
	int r = 0;

	for (; node && r == 0; node = nodes_next(scan->nodes, node + 1, number)) {
		r = add_holder(scan, node);
	}
	return r;
}

static int look_at_files(struct scan *scan, DIR *files) {
	const struct dirent *entry;

	while ((entry = readdir(files))) {
		const struct node *node = NULL;
		int r;

		if (entry->d_name[0] == '.') {
			continue;
		}
		node = scan->real ? look_at_file(scan, dirfd(files), entry->d_name)
				  : look_at_text(scan, dirfd(files), entry->d_name);
		r = node ? add_holders(scan, node) : 0;
		if (r < 0) {
			return r;
		}
	}
	return 0;
}

static void closedirp(DIR **stream) {
	if (*stream) {
		closedir(*stream);
	}
}

/* -EACCES: it does not let us look. A process that has ended meanwhile holds nothing. */
static int look_at_process(struct scan *scan) {
	CLEANUP(closedirp) DIR *files = NULL;
	char path[PATH_SIZE];
	int fd, r = name_format(path, sizeof(path), "proc/%d/fd", scan->pid);

	if (r < 0) {
		return r;
	}
	fd = dir_open(scan->root, path);
	if (fd < 0) {
		return fd == -EACCES || fd == -EPERM ? -EACCES : 0;
	}
	files = fdopendir(fd);
	if (!files) {
		close(fd);
		return -ENOMEM;
	}
	return look_at_files(scan, files);
}

static void scan_done(struct scan *scan) {
	free(scan->passwd);
}

static bool is_real(int root) {
	AUTO_CLOSE int proc = dir_open(root, "proc");
	struct statfs info;

	return proc >= 0 && fstatfs(proc, &info) == 0 && info.f_type == PROC_SUPER_MAGIC;
}

int processes_read(
	int root, const struct nodes *nodes, struct holders *holders, size_t *ret_hidden) {
	CLEANUP(scan_done)
	struct scan scan = {
		.root = root, .real = is_real(root), .nodes = nodes, .holders = holders};
	AUTO_NAMES struct names names = {0};
	size_t hidden = 0;
	int r = names_read(root, "proc", &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; i < names.count; i++) {
		unsigned long long pid;

		if (number_parse(names.names[i], INT_MAX, &pid) < 0) {
			continue;
		}
		scan.pid = (int)pid;
		r = look_at_process(&scan);
		if (r < 0 && r != -EACCES) {
			return r;
		}
		hidden += r == -EACCES;
	}
	*ret_hidden = hidden;
	return 0;
}
