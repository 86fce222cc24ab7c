// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/work.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "setup/boot/history.h"
#include "setup/boot/preview.h"
#include "setup/boot/replace.h"
#include "setup/program.h"

#define ARGUMENTS_MAX 64

void work_note(const struct work *work, struct trouble *first, int r) {
	if (r < 0 && first->r == 0) {
		*first = (struct trouble){r, *work->error};
	}
}

int work_cannot(const struct work *work, const char *what, const struct boot_file *file, int r) {
	return error_set(work->error, r, "cannot %s %s: %s", what, file->path, strerror(-r));
}

int work_read(const struct work *work, const struct boot_file *file, struct text *ret,
	struct stat *ret_stat) {
	AUTO_FREE char *data = NULL;
	size_t length = 0;
	int r = work->preview ? preview_read(work->preview, file->path, ret, ret_stat) : 0;

	if (r != 0) {
		return r < 0 ? r : 0;
	}
	r = replaced_read(work->setup->root, file->path, &data, &length, ret_stat);

	return r < 0 ? r : text_append(ret, data, length);
}

bool same_text(const struct text *a, const struct text *b) {
	return a->length == b->length &&
	       (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

int work_put_as(const struct work *work, const struct boot_file *file, const struct text *content,
	const struct stat *stat) {
	const struct replacement replacement = {
		file->path, content, stat->st_mode & 07777, stat->st_uid, stat->st_gid};
	int r = work->preview
			? preview_put(work->preview, work->setup->root, file->path, content, stat)
			: replace_file(work->setup->root, &replacement);

	return r < 0 ? work_cannot(work, "write", file, r) : 0;
}

int work_put(const struct work *work, const struct boot_file *file) {
	const struct stat stat = {.st_mode = file->mode, .st_uid = file->uid, .st_gid = file->gid};

	return work_put_as(work, file, &file->after, &stat);
}

int work_remove(const struct work *work, const struct boot_file *file) {
	int r = work->preview
			? preview_put(work->preview, work->setup->root, file->path, NULL, NULL)
			: replace_remove(work->setup->root, file->path);

	return r < 0 ? work_cannot(work, "remove", file, r) : 0;
}

/* A program that runs, who listens to it, and with what. */
struct listener {
	const struct work *work;
	void (*hear)(void *context, const char *data, size_t length);
	void *context;
};

static void hear(void *context, const char *data, size_t length) {
	const struct listener *listener = context;

	listener->hear(listener->context, data, length);
}

static void tick(void *context, unsigned int seconds) {
	const struct listener *listener = context;
	const struct boot_setup *setup = listener->work->setup;

	setup->tick(setup->context, seconds);
}

void work_hear(void *context, const char *data, size_t length) {
	const struct work *work = context;

	history_keep_output(work->directory, work->number, data, length);
	work->setup->hear(work->setup->context, data, length);
}

int work_run(const struct work *work, const struct names *words,
	void (*listen)(void *context, const char *data, size_t length), void *context) {
	struct listener listener = {work, listen, context};
	const char *argv[ARGUMENTS_MAX + 1] = {0};
	AUTO_FREE char *path = NULL;
	int r;
	const struct program program = {.argv = argv,
		.timeout_ms = work->setup->timeout_ms,
		.hear = hear,
		.tick = work->setup->tick ? tick : NULL,
		.context = &listener};

	if (work->preview) {
		r = preview_run(work->preview, words);
		return r < 0 ? error_set(work->error, r, "cannot say what is run: %s", strerror(-r))
			     : 0;
	}
	if (words->count == 0 || words->count > ARGUMENTS_MAX ||
		asprintf(&path, "%s%s", work->setup->prefix, words->names[0]) < 0) {
		path = NULL;
		return error_set(work->error, -EINVAL, "a command has too many words");
	}
	argv[0] = path;
	for (size_t i = 1; i < words->count; i++) {
		argv[i] = words->names[i];
	}
	work->setup->run(work->setup->context, words);
	r = program_run(&program, work->error);
	if (work->setup->tick) {
		work->setup->tick(work->setup->context, 0);
	}
	return r;
}
