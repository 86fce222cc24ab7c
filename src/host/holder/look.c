// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/text.h"
#include "base/trace.h"
#include "host/holder/buffer.h"
#include "host/holder/kfd.h"
#include "host/holder/process.h"
#include "host/holder/subject.h"
#include "host/holder/who.h"
#include "host/link.h"

#define FDINFO_MAX_SIZE 65536
#define STAT_MAX_SIZE   4096
#define PATH_SIZE       64

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
	int r = name_format(path, sizeof(path), "fdinfo/%s", name);

	r = r < 0 ? r : file_read(subject->directory, path, FDINFO_MAX_SIZE, &data, NULL);
	if (r == 0 && buffer_exporter_parse(data, exporter) == 0) {
		node = buffer_node(subject->look->nodes, exporter);
	}
	if (node) {
		subject_add_one(subject, node, WAY_BUFFER);
	}
}

static int look_at_file(const struct subject *subject, int directory, const char *name) {
	struct look *look = subject->look;
	const struct node *node;
	struct statx file;
	int r = subject_look_up(directory, name, &file);

	if (r < 0) {
		return r;
	}
	node = subject_find_device(subject, &file);
	if (node) {
		trace_note(directory, name, TRACE_LINK);
		subject_add(subject, node, WAY_OPEN);
	} else if ((node = find_disk(look, &file))) {
		subject_add_on_disk(subject, node, WAY_FILE);
	} else if (is_buffer(look, directory, name, &file)) {
		look_at_buffer(subject, name);
	}
	return 0;
}

static int look_at_text(const struct subject *subject, int directory, const char *name) {
	char link[LINK_SIZE];
	const struct node *node;

	if (link_read(directory, name, link, sizeof(link)) < 0) {
		return 0;
	}
	node = subject_find_path(subject, link);
	if (node) {
		subject_add(subject, node, WAY_OPEN);
	} else if (buffer_is(link)) {
		look_at_buffer(subject, name);
	}
	return 0;
}

static bool is_forbidden(int r) {
	return r == -EACCES || r == -EPERM;
}

/* *ret_any: has it any? */
static int look_at_files(const struct subject *subject, bool *ret_any) {
	AUTO_DIR DIR *files = NULL;
	const struct dirent *entry;
	int r = dir_stream(subject->directory, "fd", &files);

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

/* Only real links lead to directories. */
static void look_at_directories(const struct subject *subject) {
	static const char *const names[] = {"cwd", "root"};

	for (size_t i = 0; i < COUNT(names); i++) {
		const struct node *node = NULL;
		struct statx file;

		if (subject_look_up(subject->directory, names[i], &file) == 0) {
			node = find_disk(subject->look, &file);
		}
		if (node) {
			subject_add_on_disk(subject, node, WAY_DIRECTORY);
		}
	}
}

/* Who it is, in what was found from there on; what cannot be read is left empty. */
static void describe(const struct subject *subject, size_t from) {
	struct found *found = subject->look->found;
	struct who who;

	if (from == found->count) {
		return;
	}
	who_describe(subject->directory, subject->pid, &who);
	for (size_t i = from; i < found->count; i++) {
		found->holders[i].who = who;
		memcpy(found->holders[i].name, who.comm, sizeof(who.comm));
	}
}

static void name_guest(const struct subject *subject) {
	struct found *found = subject->look->found;
	struct holder *first = &found->holders[subject->first];

	if (found->count == subject->first) {
		return;
	}
	who_name_guest(subject->directory, &first->who);
	for (size_t i = subject->first + 1; i < found->count; i++) {
		found->holders[i].who = first->who;
	}
}

/* Whatever kept us from looking; who has ended meanwhile holds nothing. */
static bool is_hidden(int r) {
	return r < 0 && r != -ENOENT && r != -ESRCH;
}

/*
 * One that is stuck may block us when we look at its memory, for ever: then it is named already for
 * what it has open.
 */
static int look_at_one(const struct subject *subject, bool *ret_any) {
	struct found *found = subject->look->found;
	size_t from = found->count;
	bool any = false;
	int files = look_at_files(subject, ret_any), mappings;

	describe(subject, from);
	from = found->count;
	mappings = is_forbidden(files) ? files : subject_look_at_memory(subject, &any);
	describe(subject, from);
	*ret_any |= any;
	return is_hidden(files) ? files : mappings;
}

/*
 * A process whose first thread has ended shows nothing, although the others have it. Files of a
 * thread that shares them with nobody are not looked for.
 */
static int look_at_threads(const struct subject *subject) {
	AUTO_NAMES struct names threads = {0};
	bool any = false;
	int r = names_read(subject->directory, "task", &threads);

	for (size_t i = 0; i < threads.count && threads.count > 1 && !any && !is_forbidden(r);
		i++) {
		struct subject thread = *subject;
		AUTO_CLOSE int directory = -1;
		char path[PATH_SIZE];

		r = name_format(path, sizeof(path), "task/%s", threads.names[i]);
		directory = r < 0 ? r : dir_open(subject->directory, path);
		if (directory >= 0) {
			thread.directory = directory;
			thread.thread = true;
			r = look_at_one(&thread, &any);
		}
	}
	return r;
}

/* Has it ended since its directory was opened? There is no such thing in a captured machine. */
static bool is_gone(const struct subject *subject) {
	return subject->look->real && !file_exists(subject->directory, "stat");
}

static bool is_kernel_thread(const struct subject *subject) {
	AUTO_FREE char *stat = NULL;

	return file_read(subject->directory, "stat", STAT_MAX_SIZE, &stat, NULL) == 0 &&
	       stat_is_kernel_thread(stat);
}

/* So that it is hidden in a captured machine too. */
static int hide(const struct subject *subject) {
	trace_note(subject->directory, "fd", TRACE_HIDDEN);
	return -EACCES;
}

static int look_at(const struct subject *subject) {
	struct found *found = subject->look->found;
	size_t on_disks = found->on_disks;
	bool any = false;
	int r;

	if (subject->look->filesystems->count > 0 && subject->look->real) {
		look_at_directories(subject);
		describe(subject, subject->first);
	}
	r = look_at_one(subject, &any);
	r = !any && !is_hidden(r) ? look_at_threads(subject) : r;
	name_guest(subject);
	if (found->count > subject->first && is_gone(subject)) {
		found->count = subject->first;
		found->on_disks = on_disks;
		return 0;
	}
	/* The kernel's threads show nobody but root that they have no files. */
	return is_hidden(r) && !is_kernel_thread(subject) ? hide(subject) : 0;
}

int look_at_process(struct look *look, int pid) {
	struct subject subject = {.look = look, .pid = pid, .first = look->found->count};
	AUTO_CLOSE int directory = who_open(look->root, pid);

	if (directory < 0) {
		return is_hidden(directory) ? -EACCES : 0;
	}
	subject.directory = directory;
	return look_at(&subject);
}
