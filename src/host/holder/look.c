// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/text.h"
#include "base/trace.h"
#include "host/holder/buffer.h"
#include "host/holder/kfd.h"
#include "host/holder/mapping.h"
#include "host/holder/process.h"
#include "host/link.h"

#define MAPS_MAX_SIZE   (64U << 20)
#define FDINFO_MAX_SIZE 65536
#define PATH_SIZE       64
#define SEEN_MAX        16

static bool is_real(int proc) {
	struct statfs info;

	return fstatfs(proc, &info) == 0 && info.f_type == PROC_SUPER_MAGIC;
}

int look_begin(int root, struct look *ret) {
	ret->root = root;
	ret->proc = dir_open(root, "proc");
	ret->kfd = dir_open(root, KFD);
	if (ret->proc < 0) {
		return ret->proc;
	}
	ret->real = is_real(ret->proc);
	return 0;
}

void look_end(struct look *look) {
	closep(&look->proc);
	closep(&look->kfd);
}

/* The process that is looked at, and where its part of what was found begins. */
struct subject {
	struct look *look;
	int pid;
	size_t first;
};

/* By which of several ways does not matter: the first is kept. */
static bool is_known(const struct subject *subject, const struct node *node) {
	const struct found *found = subject->look->found;

	for (size_t i = subject->first; i < found->count; i++) {
		if (address_compare(found->holders[i].device, node->device) == 0 &&
			strcmp(found->holders[i].node, node->name) == 0) {
			return true;
		}
	}
	return false;
}

static void add_one(const struct subject *subject, const struct node *node, enum holder_way way) {
	struct found *found = subject->look->found;
	struct holder *holder = &found->holders[found->count];

	if (is_known(subject, node) ||
		(node->kfd_gpu && !kfd_uses(subject->look->kfd, subject->pid, node->kfd_gpu))) {
		return;
	}
	if (found->count == HOLDERS_MAX) {
		found->full = true;
		return;
	}
	*holder = (struct holder){.kind = HOLDER_PROCESS,
		.device = node->device,
		.way = way,
		.who.pid = subject->pid};
	memcpy(holder->node, node->name, sizeof(holder->node));
	found->count++;
}

/* Every device of the node. */
static void add(const struct subject *subject, const struct node *node, enum holder_way way) {
	const struct node *number = node;

	for (; node; node = nodes_next(subject->look->nodes, node + 1, number)) {
		add_one(subject, node, way);
	}
}

static void add_on_disk(
	const struct subject *subject, const struct node *node, enum holder_way way) {
	struct found *found = subject->look->found;
	size_t before = found->count;

	if (found->on_disks < FOUND_ON_DISKS_MAX) {
		add(subject, node, way);
		found->on_disks += found->count - before;
	}
}

/* The kernel is not to ask a file server. */
static int look_up(int directory, const char *name, struct statx *ret) {
	int r = statx(directory, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
		STATX_TYPE | STATX_MNT_ID, ret);

	return r < 0 ? -errno : 0;
}

static const struct node *find_device(const struct look *look, const struct statx *file) {
	const struct node number = {.block = S_ISBLK(file->stx_mode),
		.major = file->stx_rdev_major,
		.minor = file->stx_rdev_minor};

	return S_ISCHR(file->stx_mode) || S_ISBLK(file->stx_mode) ? nodes_find(look->nodes, &number)
								  : NULL;
}

static const struct node *find_disk(const struct look *look, const struct statx *file) {
	return filesystems_find(look->filesystems, file->stx_dev_major, file->stx_dev_minor,
		file->stx_mask & STATX_MNT_ID ? file->stx_mnt_id : 0);
}

/* Buffers have a file system of their own, whose number only a look at one of them tells. */
static bool is_buffer(
	struct look *look, int directory, const char *name, const struct statx *file) {
	char link[LINK_SIZE];
	bool buffers;

	if (file->stx_dev_major != 0 || file->stx_mode & S_IFMT) {
		return false;
	}
	for (size_t i = 0; i < look->anonymous_count; i++) {
		if (look->anonymous[i].minor == file->stx_dev_minor) {
			return look->anonymous[i].buffers;
		}
	}
	buffers = link_read(directory, name, link, sizeof(link)) == 0 && buffer_is(link);
	if (look->anonymous_count < ANONYMOUS_MAX) {
		look->anonymous[look->anonymous_count++] =
			(struct anonymous){file->stx_dev_minor, buffers};
	}
	return buffers;
}

static void look_at_buffer(const struct subject *subject, const char *name) {
	char path[PATH_SIZE], exporter[DRIVER_SIZE];
	AUTO_FREE char *data = NULL;
	const struct node *node = NULL;
	int r = name_format(path, sizeof(path), "%d/fdinfo/%s", subject->pid, name);

	r = r < 0 ? r : file_read(subject->look->proc, path, FDINFO_MAX_SIZE, &data, NULL);
	if (r == 0 && buffer_exporter_parse(data, exporter) == 0) {
		node = buffer_node(subject->look->nodes, exporter);
	}
	if (node) {
		add_one(subject, node, WAY_BUFFER);
	}
}

static int look_at_file(const struct subject *subject, int directory, const char *name) {
	struct look *look = subject->look;
	const struct node *node;
	struct statx file;
	int r = look_up(directory, name, &file);

	if (r < 0) {
		return r;
	}
	node = find_device(look, &file);
	if (node) {
		trace_note(directory, name, TRACE_LINK);
		add(subject, node, WAY_OPEN);
	} else if ((node = find_disk(look, &file))) {
		add_on_disk(subject, node, WAY_FILE);
	} else if (is_buffer(look, directory, name, &file)) {
		look_at_buffer(subject, name);
	}
	return 0;
}

/* In a captured machine the links are only text, and must not lead us out of it. */
static const struct node *find_by_name(const struct look *look, const char *path) {
	return text_starts(path, "/dev/") ? nodes_find_name(look->nodes, path + strlen("/dev/"))
					  : NULL;
}

static int look_at_text(const struct subject *subject, int directory, const char *name) {
	char link[LINK_SIZE];
	const struct node *node;

	if (link_read(directory, name, link, sizeof(link)) < 0) {
		return 0;
	}
	node = find_by_name(subject->look, link);
	if (node) {
		add(subject, node, WAY_OPEN);
	} else if (buffer_is(link)) {
		look_at_buffer(subject, name);
	}
	return 0;
}

static bool is_forbidden(int r) {
	return r == -EACCES || r == -EPERM;
}

/* What "812/fd" has in it; *ret_any: is there anything? */
static int look_at_files(const struct subject *subject, const char *path, bool *ret_any) {
	AUTO_DIR DIR *files = NULL;
	const struct dirent *entry;
	int r = dir_stream(subject->look->proc, path, &files);

	*ret_any = false;
	if (r < 0) {
		return r;
	}
	while (!is_forbidden(r) && (entry = readdir(files))) {
		if (entry->d_name[0] != '.') {
			*ret_any = true;
			r = subject->look->real
				    ? look_at_file(subject, dirfd(files), entry->d_name)
				    : look_at_text(subject, dirfd(files), entry->d_name);
		}
	}
	return is_forbidden(r) ? -EACCES : 0;
}

/*
 * A process whose first thread has ended shows no files, although the others have them. Those of a
 * thread that shares them with nobody are not looked for.
 */
static int look_at_threads(const struct subject *subject) {
	AUTO_NAMES struct names threads = {0};
	char path[PATH_SIZE];
	bool any = false;
	int r = name_format(path, sizeof(path), "%d/task", subject->pid);

	r = r < 0 ? r : names_read(subject->look->proc, path, &threads);
	for (size_t i = 0; i < threads.count && threads.count > 1 && !any && !is_forbidden(r);
		i++) {
		r = name_format(
			path, sizeof(path), "%d/task/%s/fd", subject->pid, threads.names[i]);
		r = r < 0 ? r : look_at_files(subject, path, &any);
	}
	return r;
}

static int look_at_all_files(const struct subject *subject) {
	char path[PATH_SIZE];
	bool any;
	int r = name_format(path, sizeof(path), "%d/fd", subject->pid);

	r = r < 0 ? r : look_at_files(subject, path, &any);
	return r == 0 && !any ? look_at_threads(subject) : r;
}

/* Only real links lead to directories. */
static void look_at_directories(const struct subject *subject) {
	static const char *const names[] = {"cwd", "root"};

	for (size_t i = 0; i < COUNT(names); i++) {
		char path[PATH_SIZE];
		struct statx file;
		const struct node *node = NULL;

		if (name_format(path, sizeof(path), "%d/%s", subject->pid, names[i]) == 0 &&
			look_up(subject->look->proc, path, &file) == 0) {
			node = find_disk(subject->look, &file);
		}
		if (node) {
			add_on_disk(subject, node, WAY_DIRECTORY);
		}
	}
}

/* The files whose mappings were looked at: a program maps one a hundred times. */
struct seen {
	struct seen_file {
		uint64_t inode;
		uint32_t major, minor;
	} files[SEEN_MAX];
	size_t next;
};

static bool is_seen(struct seen *seen, const struct mapping *mapping) {
	for (size_t i = 0; i < SEEN_MAX && i < seen->next; i++) {
		const struct seen_file *file = &seen->files[i];

		if (file->inode == mapping->inode && file->major == mapping->major &&
			file->minor == mapping->minor) {
			return true;
		}
	}
	seen->files[seen->next++ % SEEN_MAX] =
		(struct seen_file){mapping->inode, mapping->major, mapping->minor};
	return false;
}

/* Without privileges nobody may follow these links, and the name has to do. */
static const struct node *find_mapped(
	const struct subject *subject, const struct mapping *mapping) {
	const struct look *look = subject->look;
	char path[PATH_SIZE + 32];
	struct statx file;
	int r = name_format(path, sizeof(path), "%d/map_files/%" PRIx64 "-%" PRIx64, subject->pid,
		mapping->start, mapping->end);

	r = r == 0 && look->real ? look_up(look->proc, path, &file) : -EPERM;
	if (is_forbidden(r)) {
		return find_by_name(look, mapping->name);
	}
	return r == 0 ? find_device(look, &file) : NULL;
}

static void look_at_mapping(
	const struct subject *subject, struct seen *seen, const struct mapping *mapping) {
	const struct node *node =
		filesystems_find(subject->look->filesystems, mapping->major, mapping->minor, 0);

	if (node) {
		add_on_disk(subject, node, WAY_FILE);
	} else if (mapping_may_be_device(mapping) && !is_seen(seen, mapping) &&
		   (node = find_mapped(subject, mapping))) {
		add(subject, node, WAY_MAPPED);
	}
}

static int look_at_mappings(const struct subject *subject) {
	AUTO_FREE char *data = NULL;
	const char *rest;
	char path[PATH_SIZE];
	struct mapping mapping;
	struct seen seen = {.next = 0};
	int r = name_format(path, sizeof(path), "%d/maps", subject->pid);

	r = r < 0 ? r : file_read(subject->look->proc, path, MAPS_MAX_SIZE, &data, NULL);
	if (r < 0) {
		return r;
	}
	rest = data;
	while (mapping_next(&rest, &mapping)) {
		look_at_mapping(subject, &seen, &mapping);
	}
	return 0;
}

/* Who it is; what cannot be read is left empty. Only of one that holds something. */
static void describe(const struct subject *subject) {
	struct found *found = subject->look->found;
	struct who who = {0};

	process_describe(subject->look->root, subject->pid, &who);
	for (size_t i = subject->first; i < found->count; i++) {
		found->holders[i].who = who;
		memcpy(found->holders[i].name, who.comm, sizeof(who.comm));
	}
}

/* Whatever kept us from looking; who has ended meanwhile holds nothing. */
static bool is_hidden(int r) {
	return r < 0 && r != -ENOENT && r != -ESRCH;
}

int look_at_process(struct look *look, int pid) {
	const struct subject subject = {.look = look, .pid = pid, .first = look->found->count};
	int files, mappings;

	if (look->filesystems->count > 0 && look->real) {
		look_at_directories(&subject);
	}
	files = look_at_all_files(&subject);
	mappings = is_forbidden(files) ? files : look_at_mappings(&subject);
	if (look->found->count > subject.first) {
		describe(&subject);
	}
	/* The kernel's threads show nobody but root that they have no files. */
	return (is_hidden(files) || is_hidden(mappings)) &&
			       !process_is_kernel_thread(look->root, pid)
		       ? -EACCES
		       : 0;
}
