// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/preview.h"

#include <errno.h>
#include <string.h>

#include "setup/boot/replace.h"

static struct boot_file *find(const struct boot_plan *preview, const char *path) {
	for (size_t i = 0; i < preview->file_count; i++) {
		if (strcmp(preview->files[i].path, path) == 0) {
			return &preview->files[i];
		}
	}
	return NULL;
}

/* As it is on the disk. */
static int add(struct boot_plan *preview, int root, const char *path, struct boot_file **ret) {
	struct boot_file *file = boot_plan_add_file(preview);
	AUTO_FREE char *data = NULL;
	struct stat stat;
	size_t length = 0;
	int r;

	if (!file) {
		return -ENOMEM;
	}
	file->path = strdup(path);
	r = file->path ? replaced_read(root, path, &data, &length, &stat) : -ENOMEM;
	file->was = r == 0;
	r = r == -ENOENT ? 0 : r;
	*ret = file;
	return r < 0 ? r : text_append(&file->before, data ? data : "", length);
}

int preview_read(const struct boot_plan *preview, const char *path, struct text *ret,
	struct stat *ret_stat) {
	const struct boot_file *file = find(preview, path);
	int r;

	if (!file || file->gone) {
		return file ? -ENOENT : 0;
	}
	*ret_stat = (struct stat){.st_mode = file->mode, .st_uid = file->uid, .st_gid = file->gid};
	r = text_append(ret, file->after.data, file->after.length);
	return r < 0 ? r : 1;
}

int preview_put(struct boot_plan *preview, int root, const char *path, const struct text *content,
	const struct stat *stat) {
	struct boot_file *file = find(preview, path);
	int r = file ? 0 : add(preview, root, path, &file);

	if (r < 0) {
		return r;
	}
	text_free(&file->after);
	file->gone = !content;
	if (stat) {
		file->mode = stat->st_mode & 07777;
		file->uid = stat->st_uid;
		file->gid = stat->st_gid;
	}
	return text_append(&file->after, content && content->data ? content->data : "",
		content ? content->length : 0);
}

int preview_run(struct boot_plan *preview, const struct names *words) {
	struct boot_command *command = boot_plan_add_command(preview, BOOT_WAY_THERE);
	int r = command ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < words->count; i++) {
		r = names_add(&command->words, words->names[i]);
	}
	return r;
}
