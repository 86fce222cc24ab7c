// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/restore.h"

#include <errno.h>
#include <string.h>

#include "setup/boot/lines.h"
#include "setup/boot/put_back.h"
#include "setup/boot/replace.h"
#include "setup/boot/words.h"

static void tell(const struct work *work, enum finding_level level, const struct boot_file *file,
	const char *reason) {
	if (work->findings && !(work->preview && level == FINDING_OK)) {
		findings_add(work->findings, "", level, file->path, "", "%s", reason);
	}
}

/* Takes the word out of the text. -EINVAL: only a shell could. */
static int take_word(const struct boot_file *file, const char *word, struct text *text) {
	const struct word_place place = {file->form, file->variable};
	struct text shorter = {0};
	int r = word_remove(&place, text->data, text->length, word, &shorter);

	if (r == 0) {
		text_free(text);
		*text = shorter;
	}
	return r;
}

/* Did the word come with us, or was it there before? */
static int is_ours(const struct boot_file *file, const char *word) {
	AUTO_TEXT struct text text = {0};
	int r = text_append(&text, file->before.data, file->before.length);

	r = r < 0 ? r : take_word(file, word, &text);
	return r < 0 ? r : same_text(&text, &file->before);
}

static int take_all_words(const struct boot_plan *plan, const struct boot_file *file,
	const struct text *now, struct text *ret) {
	int r = text_append(ret, now->data, now->length);

	for (size_t i = plan->words.count; r == 0 && i > 0; i--) {
		const char *word = plan->words.names[i - 1];

		r = is_ours(file, word);
		r = r == 1 ? take_word(file, word, ret) : r;
	}
	return r;
}

/*
 * What was taken out of it, by `baton boot clean` and its like, comes back where the lines around
 * it are as they were, and is named where they are not.
 */
static int put_lines_back(struct work *work, const struct boot_file *file, const struct text *now,
	const struct stat *stat) {
	AUTO_TEXT struct text text = {0}, list = {0};
	int r = put_back(&file->before, &file->after, now, &text);

	if (r == 0) {
		r = work_put_as(work, file, &text, stat);
		if (r == 0) {
			tell(work, FINDING_WARNING, file,
				"was changed by somebody since: only what baton took out of it was put back");
		}
		return r;
	}
	r = r == -EINVAL ? put_back_list(&file->before, &file->after, &list) : r;
	if (r < 0 && r != -EINVAL) {
		return work_cannot(work, "change", file, r);
	}
	if (work->findings) {
		findings_add(work->findings, "", FINDING_WARNING, file->path, "",
			"was changed by somebody since where baton took something out: it stays as it is, without %s",
			list.length ? list.data : "that");
	}
	return 0;
}

/*
 * Where lines were taken out of the file in which our words were put, too, these come back as in
 * put_lines_back. 1: nothing was taken out, or it is back; 0: it is named.
 */
static int put_others_back(struct work *work, const struct boot_plan *plan,
	const struct boot_file *file, struct text *text) {
	AUTO_TEXT struct text left = {0}, back = {0}, list = {0};
	int r = take_all_words(plan, file, &file->after, &left);

	if (r < 0 || file->before.length == 0 || same_text(&left, &file->before)) {
		return r < 0 ? r : 1;
	}
	r = put_back(&file->before, &left, text, &back);
	if (r == 0) {
		text_free(text);
		*text = back;
		back = (struct text){0};
		return 1;
	}
	r = r == -EINVAL ? put_back_list(&file->before, &left, &list) : r;
	if (r < 0 && r != -EINVAL) {
		return r;
	}
	if (work->findings) {
		findings_add(work->findings, "", FINDING_WARNING, file->path, "",
			"was changed by somebody since where baton took something out: that does not come back: %s",
			list.length ? list.data : "see the record");
	}
	return 0;
}

/* Somebody has changed it since: only our words, or lines, are ours to take. */
static int take_words(struct work *work, const struct boot_plan *plan, const struct boot_file *file,
	const struct text *now, const struct stat *stat) {
	AUTO_TEXT struct text text = {0};
	int r = file->form == FORM_LINES ? lines_take_back(&file->before, &file->after, now, &text)
					 : take_all_words(plan, file, now, &text);

	r = r < 0 || file->form == FORM_LINES ? r : put_others_back(work, plan, file, &text);
	if (r == -EINVAL || (r >= 0 && same_text(&text, now))) {
		tell(work, FINDING_WARNING, file,
			"was changed by somebody since, and what baton added is not found in it: it stays, and is yours now");
		return 0;
	}
	if (r < 0) {
		return work_cannot(work, "change", file, r);
	}
	r = text.length == 0 && !file->was ? work_remove(work, file)
					   : work_put_as(work, file, &text, stat);
	if (r == 0) {
		tell(work, FINDING_WARNING, file,
			"was changed by somebody since: only what baton changed in it was taken back");
	}
	return r;
}

/* What is no file of ours any more, and will not be one the next time either. */
static bool is_lost(int r) {
	return r == -ELOOP || r == -EISDIR || r == -ENOTDIR || r == -EFBIG;
}

/* It is not there. */
static int restore_missing(struct work *work, const struct boot_file *file) {
	const struct stat stat = {.st_mode = file->mode, .st_uid = file->uid, .st_gid = file->gid};
	int r = 0;

	if (file->gone) {
		r = work_put_as(work, file, &file->before, &stat);
		if (r == 0) {
			tell(work, FINDING_OK, file, "is there again");
		}
	} else if (file->was) {
		tell(work, FINDING_WARNING, file,
			"was removed by somebody since: it is not brought back");
	}
	return r;
}

/* Somebody has changed it since, or has made another where baton has left none. */
static int restore_changed(struct work *work, const struct boot_plan *plan,
	const struct boot_file *file, const struct text *now, const struct stat *stat) {
	if (!file->gone && file->was && file->form == FORM_NONE) {
		return put_lines_back(work, file, now, stat);
	}
	if (!file->gone) {
		return take_words(work, plan, file, now, stat);
	}
	tell(work, FINDING_WARNING, file,
		"was made anew by somebody since: it stays, and is yours now");
	return 0;
}

/* A file that is there again although baton made none belongs to whoever put it there. */
static int restore(struct work *work, const struct boot_plan *plan, const struct boot_file *file) {
	AUTO_TEXT struct text now = {0};
	struct stat stat = {0};
	int r = work->preview ? 0 : replace_clear(work->setup->root, file->path);

	if (r < 0) {
		return work_cannot(work, "clear up beside", file, r);
	}
	r = work_read(work, file, &now, &stat);
	if (r == -ENOENT) {
		return restore_missing(work, file);
	}
	if (is_lost(r)) {
		tell(work, FINDING_WARNING, file,
			"was replaced by somebody since, by what is no file: it stays, and is yours now, "
			"and what baton added may be in what it leads to");
		return 0;
	}
	if (r < 0) {
		return work_cannot(work, "read", file, r);
	}
	if (file->was && same_text(&now, &file->before)) {
		return 0;
	}
	if (file->gone || !same_text(&now, &file->after)) {
		return restore_changed(work, plan, file, &now, &stat);
	}
	r = file->was ? work_put_as(work, file, &file->before, &stat) : work_remove(work, file);
	if (r == 0) {
		tell(work, FINDING_OK, file, file->was ? "is as it was before" : "is gone again");
	}
	return r;
}

void restore_all(struct work *work, const struct boot_plan *plan, struct trouble *first) {
	for (size_t i = plan->file_count; i > 0; i--) {
		const struct boot_file *file = &plan->files[i - 1];
		int r = restore(work, plan, file);

		if (r < 0 && work->findings) {
			findings_add(work->findings, "", FINDING_ERROR, file->path, "",
				"is not taken back: %s", work->error->text);
		}
		work_note(work, first, r);
	}
	for (size_t i = work->preview ? 0 : plan->directories.count; i > 0; i--) {
		const char *path = plan->directories.names[i - 1];
		int r = replace_remove_directory(work->setup->root, path);

		if (r < 0) {
			work_note(work, first,
				error_set(work->error, r, "cannot remove %s: %s", path,
					strerror(-r)));
		}
	}
}
