// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/make.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/create.h"
#include "setup/boot/fresh.h"
#include "setup/boot/history.h"
#include "setup/boot/kernels.h"
#include "setup/boot/replace.h"
#include "setup/boot/restore.h"
#include "setup/boot/verify.h"
#include "setup/boot/work.h"
#include "setup/fit.h"
#include "setup/record.h"

#define LOCK_TRIES   20
#define LOCK_WAIT_MS 100

static void close_work(const struct work *work) {
	closep(&work->directory);
	closep(&work->lock);
}

/*
 * Who is killed leaves the lock to what watches over a program of his (setup/program.h), for as
 * long as it takes that to end it.
 */
static int open_lock(const struct boot_setup *setup, bool create, struct error *error) {
	int r = record_open(setup->root, setup->owner, create, error);

	for (unsigned int i = 0; r == -EBUSY && i < LOCK_TRIES; i++) {
		(void)poll(NULL, 0, LOCK_WAIT_MS);
		r = record_open(setup->root, setup->owner, create, error);
	}
	return r;
}

/* -ENOENT: nothing was ever recorded, and create is false. */
static int open_work(
	const struct boot_setup *setup, bool create, struct work *ret, struct error *error) {
	struct work work = {.setup = setup, .directory = -1, .error = error};
	int r = work.lock = open_lock(setup, create, error);

	if (r >= 0 && create) {
		r = fit_directory(setup->root, HISTORY_DIRECTORY, S_IRWXU, error);
	}
	if (r >= 0) {
		r = work.directory = dir_open(setup->root, HISTORY_DIRECTORY);
		if (r < 0 && r != -ENOENT) {
			error_set(error, r, "cannot open " HISTORY_DIRECTORY ": %s", strerror(-r));
		}
	}
	if (r < 0) {
		close_work(&work);
		return r;
	}
	*ret = work;
	return 0;
}

static int run_there(struct work *work, const struct boot_plan *plan) {
	for (work->ran = 0; work->ran < plan->command_count; work->ran++) {
		const struct boot_command *command = &plan->commands[work->ran];

		if (command->way == BOOT_WAY_BOTH || command->way == BOOT_WAY_THERE) {
			int r = work_run(work, &command->words, work_hear, work);

			if (r < 0) {
				return r;
			}
		}
	}
	return 0;
}

static void run_and_note(
	struct work *work, const struct boot_command *command, struct trouble *first) {
	int r = work_run(work, &command->words, work_hear, work);

	if (r < 0 && work->findings) {
		findings_add(work->findings, "", FINDING_ERROR, command->words.names[0], "",
			"did not do its part: %s", work->error->text);
	}
	work_note(work, first, r);
}

/* Those that are there now: some have gone since, and those that have come have our words. */
static void run_for_kernels(struct work *work, struct trouble *first) {
	AUTO_BOOT_PLAN struct boot_plan now = {0};
	int r = kernels_add_commands(work->setup->root, &now);

	if (r < 0) {
		work_note(work, first,
			error_set(work->error, r, "cannot find the kernels: %s", strerror(-r)));
	}
	for (size_t i = 0; r == 0 && i < now.command_count; i++) {
		run_and_note(work, &now.commands[i], first);
	}
}

/* The image and the menu are as they were; what was asked of other programs before that is not. */
static bool is_needless(const struct work *work, const struct boot_plan *plan, size_t index) {
	return work->untouched && (plan->commands[index].way != BOOT_WAY_BACK || index > work->ran);
}

static void run_back(struct work *work, const struct boot_plan *plan, struct trouble *first) {
	for (size_t i = 0; i < plan->command_count; i++) {
		const struct boot_command *command = &plan->commands[i];

		if (is_needless(work, plan, i)) {
			continue;
		}
		if (command->way == BOOT_WAY_BACK_KERNELS) {
			run_for_kernels(work, first);
		} else if (command->way != BOOT_WAY_THERE) {
			run_and_note(work, command, first);
		}
	}
}

/*
 * All of one time, whatever of it was done. That this has begun may be impossible to write on a
 * full disk, and is no reason not to do it: whatever is as before is passed over the next time.
 */
static int take_back(struct work *work, const struct boot_plan *plan) {
	AUTO_TEXT struct text images = {0};
	struct trouble first = {0};
	time_t since_s = time(NULL);

	work->images = fresh_list(work->setup->root, &images) == 0 ? &images : NULL;
	if (!work->preview) {
		(void)!history_set(work->directory, work->number, plan, HISTORY_UNDOING, NULL);
	}
	restore_all(work, plan, &first);
	run_back(work, plan, &first);
	if (work->preview && first.r == 0) {
		work->images = NULL;
		return 0;
	}
	if (!work->untouched && first.r == 0) {
		work_note(work, &first, verify_back(work, plan, since_s));
	}
	work->images = NULL;
	return first.r < 0 ? error_set(work->error, first.r, "%s", first.error.text)
			   : history_remove(work->directory, work->number, work->error);
}

/*
 * What another call was interrupted in. What cannot be taken back (*ret_left) stays recorded for
 * boot_undo, and is no reason to change nothing ever again.
 */
static int recover(struct work *work, bool *ret_left) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	enum history_state state;
	int r = history_last(work->directory, HISTORY_ALL, &work->number, work->error);

	*ret_left = false;
	if (r < 0 || work->number == 0) {
		return r;
	}
	r = history_load(work->directory, work->number, &plan, &state, work->error);
	if (r == 0 && state != HISTORY_MADE) {
		*ret_left = take_back(work, &plan) < 0;
	}
	return r;
}

/* Is everything as it was when the plan was made? */
static int compare(const struct work *work, const struct boot_plan *plan) {
	for (size_t i = 0; i < plan->file_count; i++) {
		const struct boot_file *file = &plan->files[i];
		AUTO_TEXT struct text now = {0};
		struct stat stat;
		int r = work_read(work, file, &now, &stat);

		if (r < 0 && (r != -ENOENT || file->was)) {
			return work_cannot(work, "read", file, r);
		}
		if ((r == -ENOENT) == file->was || !same_text(&now, &file->before)) {
			return error_set(work->error, -EAGAIN,
				"%s has changed since it was looked at: try again", file->path);
		}
	}
	return 0;
}

static int make_directories(const struct work *work, const struct boot_plan *plan) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->directories.count; i++) {
		const char *path = plan->directories.names[i];

		r = replace_make_directory(work->setup->root, path);
		if (r < 0) {
			error_set(work->error, r, "cannot make %s: %s", path, strerror(-r));
		}
	}
	return r;
}

static int carry_out(struct work *work, const struct boot_plan *plan, time_t since_s) {
	int r = make_directories(work, plan);

	for (size_t i = 0; r == 0 && i < plan->file_count; i++) {
		const struct boot_file *file = &plan->files[i];

		if (boot_file_changes(file)) {
			r = file->gone ? work_remove(work, file) : work_put(work, file);
		}
	}
	r = r < 0 ? r : run_there(work, plan);
	r = r < 0 ? r : verify_plan(work, plan, since_s);
	return r < 0 ? r
		     : history_set(work->directory, work->number, plan, HISTORY_MADE, work->error);
}

static int make(struct work *work, const struct boot_plan *plan, bool *ret_as_before) {
	AUTO_TEXT struct text before = {0}, after = {0};
	time_t since_s = time(NULL);
	struct error *error = work->error, why, back = {0};
	bool listed = fresh_list(work->setup->root, &before) == 0;
	int r = history_create(work->directory, plan, &work->number, error), undone;

	if (r < 0) {
		return r;
	}
	work->images = listed ? &before : NULL;
	r = carry_out(work, plan, since_s);
	work->images = NULL;
	if (r == 0) {
		return 0;
	}
	/* What has failed to make an image anew would fail again, and there is no need of it. */
	work->untouched = plan->initramfs && listed && fresh_list(work->setup->root, &after) == 0 &&
			  same_text(&before, &after);
	work->error = &back;
	undone = take_back(work, plan);
	work->error = error;
	*ret_as_before = undone == 0;
	why = *error;
	return undone == 0 ? r
			   : error_set(error, r, "%s; and not everything could be taken back: %s",
				     why.text, back.text);
}

int boot_recover(const struct boot_setup *setup, struct findings *findings, struct error *error) {
	struct error why = {0};
	struct work work;
	bool left;
	int r = open_work(setup, false, &work, error);

	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	work.error = &why;
	work.findings = findings;
	r = recover(&work, &left);
	close_work(&work);
	return r < 0 ? error_set(error, r, "%s", why.text) : 0;
}

/* Where records are, if none is there. */
static int remove_directories(const struct boot_setup *setup, struct error *error) {
	enum fitted fitted;
	int r = fit_no_directory(setup->root, HISTORY_DIRECTORY, &fitted, error);

	(void)!fit_no_directory(setup->root, RECORD_DIRECTORY, &fitted, NULL);
	return r;
}

int boot_make(const struct boot_setup *setup, const struct boot_plan *plan, bool *ret_as_before,
	struct error *error) {
	struct error why = {0};
	struct work work;
	bool left = false;
	int r = open_work(setup, true, &work, error);

	*ret_as_before = true;
	if (r < 0) {
		return r;
	}
	work.error = &why;
	r = recover(&work, &left);
	if (r < 0) {
		*ret_as_before = false;
	}
	r = r < 0 ? r : compare(&work, plan);
	r = r < 0 ? r : make(&work, plan, ret_as_before);
	*ret_as_before &= !left;
	if (r < 0 && *ret_as_before) {
		(void)!remove_directories(setup, NULL);
	}
	close_work(&work);
	return r < 0 ? error_set(error, r, "%s", why.text) : 0;
}

/* Each time, from the last; one that cannot be taken back does not keep the others from it. */
static int undo_all(struct work *work, size_t *ret_count) {
	int (*find)(int directory, unsigned int before, unsigned int *ret_number,
		struct error *error) = work->preview ? history_find : history_last;
	unsigned int before = HISTORY_ALL;
	struct trouble first = {0};
	int r;

	while ((r = find(work->directory, before, &work->number, work->error)) == 0 &&
		work->number > 0) {
		AUTO_BOOT_PLAN struct boot_plan plan = {0};
		enum history_state state;

		r = history_load(work->directory, work->number, &plan, &state, work->error);
		if (r < 0) {
			break;
		}
		r = take_back(work, &plan);
		work_note(work, &first, r);
		*ret_count += r == 0;
		before = work->number;
	}
	work_note(work, &first, r);
	return first.r < 0 ? error_set(work->error, first.r, "%s", first.error.text) : 0;
}

int boot_undo(const struct boot_setup *setup, size_t *ret_count, struct findings *findings,
	struct error *error) {
	struct error why = {0};
	struct work work;
	int r = open_work(setup, false, &work, error);

	*ret_count = 0;
	if (r == -ENOENT) {
		/* A death at the very beginning has left this, with nothing in it. */
		(void)!remove_directories(setup, NULL);
		return 0;
	}
	if (r < 0) {
		return r;
	}
	work.error = &why;
	work.findings = findings;
	r = undo_all(&work, ret_count);
	r = r < 0 ? r : remove_directories(setup, &why);
	close_work(&work);
	return r < 0 ? error_set(error, r, "%s", why.text) : 0;
}

int boot_undo_preview(const struct boot_setup *setup, struct boot_plan *ret, size_t *ret_count,
	struct findings *findings, struct error *error) {
	AUTO_BOOT_PLAN struct boot_plan preview = {0};
	struct error why = {0};
	struct work work;
	int r = open_work(setup, false, &work, error);

	*ret_count = 0;
	if (r < 0) {
		return r == -ENOENT ? 0 : r;
	}
	work.error = &why;
	work.findings = findings;
	work.preview = &preview;
	r = undo_all(&work, ret_count);
	close_work(&work);
	if (r < 0) {
		return error_set(error, r, "%s", why.text);
	}
	*ret = preview;
	preview = (struct boot_plan){0};
	return 0;
}
