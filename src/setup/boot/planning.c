// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/planning.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "setup/trust.h"

#define FILE_MAX_SIZE (1U << 20)
#define NEW_MODE      0644

int planning_result(struct planning *planning, int r) {
	return r < 0 ? error_set(planning->error, r, "cannot plan: %s", strerror(-r)) : 0;
}

static struct boot_file *find_file(struct boot_plan *plan, const char *path) {
	for (size_t i = 0; i < plan->file_count; i++) {
		if (strcmp(plan->files[i].path, path) == 0) {
			return &plan->files[i];
		}
	}
	return NULL;
}

static int read_file(int root, struct boot_file *file) {
	AUTO_FREE char *data = NULL;
	size_t length = 0;
	int r = file_read(root, file->path, FILE_MAX_SIZE, &data, &length);

	r = r < 0 ? r : text_append(&file->before, data, length);
	return r < 0 ? r : text_append(&file->after, data, length);
}

int planning_file(struct planning *planning, const char *path, struct boot_file **ret) {
	struct boot_file *file;
	struct trusted trusted;
	int r = trust_check(planning->root, planning->owner, path, &trusted, planning->error);

	if (r < 0) {
		return r;
	}
	*ret = find_file(planning->plan, trusted.path);
	if (*ret) {
		return 0;
	}
	*ret = file = boot_plan_add_file(planning->plan);
	if (!file) {
		return planning_result(planning, -ENOMEM);
	}
	file->was = true;
	file->mode = trusted.stat.st_mode & ~(mode_t)S_IFMT;
	file->uid = trusted.stat.st_uid;
	file->gid = trusted.stat.st_gid;
	file->path = strdup(trusted.path);
	r = file->path ? read_file(planning->root, file) : -ENOMEM;
	return r < 0 ? error_set(planning->error, r, "cannot read %s: %s", path, strerror(-r)) : 0;
}

/* Where it is without links, and whose group what is made in it belongs to. */
static int find_directory(struct planning *planning, const char *path, struct trusted *ret) {
	const char *slash = strrchr(path, '/');
	AUTO_FREE char *above = strndup(path, slash > path ? (size_t)(slash - path) : 1);
	int r = above ? trust_check(planning->root, planning->owner, path, ret, planning->error)
		      : planning_result(planning, -ENOMEM);

	if (r != -ENOENT) {
		return r;
	}
	r = trust_check(planning->root, planning->owner, above, ret, planning->error);
	if (r < 0) {
		return r;
	}
	r = strlen(ret->path) + strlen(slash) < sizeof(ret->path) ? 0 : -ENAMETOOLONG;
	if (r == 0) {
		strcat(ret->path, slash);
		r = names_add(&planning->plan->directories, ret->path);
	}
	return planning_result(planning, r);
}

int planning_new_file(struct planning *planning, const char *directory, const char *name,
	struct boot_file **ret) {
	struct boot_file *file;
	struct trusted trusted;
	int r = find_directory(planning, directory, &trusted);

	if (r < 0) {
		return r;
	}
	*ret = file = boot_plan_add_file(planning->plan);
	if (!file) {
		return planning_result(planning, -ENOMEM);
	}
	file->mode = NEW_MODE;
	file->uid = planning->owner;
	file->gid = trusted.stat.st_gid;
	if (asprintf(&file->path, "%s/%s", trusted.path, name) < 0) {
		file->path = NULL;
	}
	r = file->path ? text_append(&file->before, "", 0) : -ENOMEM;
	r = r < 0 ? r : text_append(&file->after, "", 0);
	return planning_result(planning, r);
}

int planning_remove(struct planning *planning, const char *path) {
	struct boot_file *file;
	int r = planning_file(planning, path, &file);

	if (r < 0) {
		return r;
	}
	file->gone = true;
	text_free(&file->after);
	return planning_result(planning, text_append(&file->after, "", 0));
}

int planning_command(struct planning *planning, enum boot_way way, const char *const *words) {
	struct boot_command *command = boot_plan_add_command(planning->plan, way);
	int r = command ? 0 : -ENOMEM;

	for (; r == 0 && *words; words++) {
		r = names_add(&command->words, *words);
	}
	return planning_result(planning, r);
}
