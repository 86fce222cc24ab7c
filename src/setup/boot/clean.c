// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/clean.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "early/assigned.h"
#include "setup/boot/cleaning.h"
#include "setup/boot/image.h"
#include "setup/boot/regenerate.h"
#include "setup/boot/take_out.h"

#define SYSTEMCTL "/usr/bin/systemctl"

void cleaning_set_uncertain(struct cleaning *cleaning, struct remain *remain) {
	remain_set(cleaning->remains, remain, REMAIN_BY_HAND,
		"what would be left is not certain: take it out yourself");
}

/* Puts the new text into the file's place; one that is not certain is no failure. */
static int settle(struct cleaning *cleaning, struct remain *remain, int r, struct boot_file *file,
	struct text *text) {
	if (r == -EINVAL) {
		cleaning_set_uncertain(cleaning, remain);
		return 0;
	}
	if (r < 0) {
		return planning_result(cleaning->planning, r);
	}
	text_free(&file->after);
	file->after = *text;
	*text = (struct text){0};
	return 0;
}

static int take_out(const struct remain *remain, const struct boot_file *file, struct text *ret) {
	const struct take_place place = {.data = file->after.data,
		.length = file->after.length,
		.line = {.path = remain->path, .number = remain->number, .text = remain->text},
		.wrapped = remain->wrapped,
		.single = remain->single};

	switch (remain->form) {
	case REMAIN_LINE:
		return take_line(&place, ret);
	case REMAIN_PARAMETERS:
		return take_parameters(&place, &remain->parts, ret);
	case REMAIN_IDS:
		return take_ids(&place, &remain->parts, ret);
	case REMAIN_SOFTDEP:
		return take_softdep(&place, ret);
	case REMAIN_LIST:
		return take_from_list(&place, remain->variable, &remain->parts, ret);
	case REMAIN_YAML:
		return take_from_yaml(&place, &remain->parts, ret);
	case REMAIN_WORD:
	case REMAIN_FILE:
	case REMAIN_UNIT:
	case REMAIN_NO_FORM:
		break;
	}
	return -EINVAL;
}

static int clean_line(struct cleaning *cleaning, struct remain *remain) {
	AUTO_TEXT struct text after = {0};
	struct boot_file *file;
	int r = planning_file(cleaning->planning, remain->path, &file);

	return r < 0 ? r : settle(cleaning, remain, take_out(remain, file, &after), file, &after);
}

/* Without its link it is not started; the unit itself does nothing. */
static int clean_unit(struct cleaning *cleaning, const struct remain *remain) {
	const char *const there[] = {SYSTEMCTL, "disable", remain->text, NULL};
	const char *const back[] = {SYSTEMCTL, "enable", remain->text, NULL};
	int r = planning_command(cleaning->planning, BOOT_WAY_THERE, there);

	return r < 0 ? r : planning_command(cleaning->planning, BOOT_WAY_BACK, back);
}

static int clean_one(struct cleaning *cleaning, struct remain *remain) {
	switch (remain->form) {
	case REMAIN_WORD:
		return cleaning_word(cleaning, remain);
	case REMAIN_FILE:
		return planning_remove(cleaning->planning, remain->path);
	case REMAIN_UNIT:
		return clean_unit(cleaning, remain);
	case REMAIN_LINE:
	case REMAIN_PARAMETERS:
	case REMAIN_IDS:
	case REMAIN_SOFTDEP:
	case REMAIN_LIST:
	case REMAIN_YAML:
		return clean_line(cleaning, remain);
	case REMAIN_NO_FORM:
		break;
	}
	cleaning_set_uncertain(cleaning, remain);
	return 0;
}

/* Does the initramfs have a copy of it? */
static bool is_included(const struct boot *boot, const struct remain *remain) {
	const char *path = remain->path;
	static const char *const always[] = {"/etc/modprobe.d/", "/etc/initramfs-tools/",
		"/etc/dracut.conf", "/etc/mkinitcpio", "/etc/booster.yaml"};
	static const char *const others[] = {
		"/etc/modules-load.d/", "/etc/udev/rules.d/", "/etc/driverctl.d/"};

	for (size_t i = 0; i < COUNT(always); i++) {
		if (text_starts(path, always[i])) {
			return true;
		}
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		if (boot->initramfs->kind != INITRAMFS_TOOLS && text_starts(path, others[i])) {
			return true;
		}
	}
	/* Presets of mkinitcpio's may have theirs anywhere. */
	return remain->form == REMAIN_LIST || strstr(path, "/vfio-pci-override");
}

/* The last line of a file first, so that the others keep their numbers. */
static int compare(const void *a, const void *b) {
	const struct remain *const *x = a, *const *y = b;
	int order = strcmp((*x)->path, (*y)->path);

	return order ? order : ((*x)->number < (*y)->number) - ((*x)->number > (*y)->number);
}

static int clean_all(struct cleaning *cleaning) {
	struct remains *remains = cleaning->remains;
	AUTO_FREE struct remain **ordered = calloc(remains->count + 1, sizeof(struct remain *));
	int r = 0;

	if (!ordered) {
		return planning_result(cleaning->planning, -ENOMEM);
	}
	for (size_t i = 0; i < remains->count; i++) {
		ordered[i] = &remains->all[i];
	}
	qsort(ordered, remains->count, sizeof(struct remain *), compare);
	for (size_t i = 0; r == 0 && i < remains->count; i++) {
		r = ordered[i]->fate == REMAIN_GOES ? clean_one(cleaning, ordered[i]) : 0;
		/* By the name under which it is read: that may be a link. */
		cleaning->initramfs |= ordered[i]->fate == REMAIN_GOES &&
				       is_included(cleaning->planning->boot, ordered[i]);
	}
	return r < 0 ? r : planning_result(cleaning->planning, remains->r);
}

/* Drop-ins that may be away when nothing is in them; the name of the others' directory. */
static const struct {
	const char *directory, *hidden[4];
} drop_ins[] = {
	{"/etc/modprobe.d/", {"/run/modprobe.d/", "/usr/local/lib/modprobe.d/",
				     "/usr/lib/modprobe.d/", "/lib/modprobe.d/"}},
	{"/etc/modules-load.d/", {"/run/modules-load.d/", "/usr/local/lib/modules-load.d/",
					 "/usr/lib/modules-load.d/", "/lib/modules-load.d/"}},
	{"/etc/udev/rules.d/", {"/run/udev/rules.d/", "/usr/local/lib/udev/rules.d/",
				       "/usr/lib/udev/rules.d/", "/lib/udev/rules.d/"}},
	{"/etc/dracut.conf.d/", {"/usr/lib/dracut/dracut.conf.d/"}},
	{"/etc/mkinitcpio.conf.d/", {NULL}},
};

/* An empty file hides one of its name that a package has brought: then it stays. */
static bool hides(int root, const char *path, size_t index) {
	for (size_t i = 0; i < COUNT(drop_ins[index].hidden) && drop_ins[index].hidden[i]; i++) {
		char hidden[512];

		if (name_format(hidden, sizeof(hidden), "%s%s", drop_ins[index].hidden[i],
			    path + strlen(drop_ins[index].directory)) < 0 ||
			file_exists(root, hidden)) {
			return true;
		}
	}
	return false;
}

/* Of our own file nothing is left but what it says of itself. */
static bool assigns_nothing(const struct boot_file *file) {
	struct assigned_reader reader = {.data = file->after.data, .length = file->after.length};
	struct assigned found;

	return strcmp(file->path, ASSIGNED_FILE) == 0 &&
	       assigned_next(&reader, &found) == ASSIGNED_END;
}

static bool is_blank(const struct text *text) {
	return text->length == 0 || strspn(text->data, " \t\r\n") == text->length;
}

static void drop_empty(struct cleaning *cleaning, struct boot_file *file) {
	if (assigns_nothing(file)) {
		file->gone = true;
		file->after.length = 0;
	}
	for (size_t i = 0; i < COUNT(drop_ins); i++) {
		if (text_starts(file->path, drop_ins[i].directory) && is_blank(&file->after) &&
			!hides(cleaning->planning->root, file->path, i)) {
			file->gone = true;
			file->after.length = 0;
		}
	}
}

/* What is not changed in the end is no part of the plan, but for the order of the others. */
static void look_at_files(struct cleaning *cleaning) {
	struct boot_plan *plan = cleaning->planning->plan;

	for (size_t i = 0; i < plan->file_count; i++) {
		struct boot_file *file = &plan->files[i];

		if (boot_file_changes(file) && !file->gone) {
			drop_empty(cleaning, file);
		}
		if (boot_file_changes(file) && strcmp(file->path, ASSIGNED_FILE) == 0) {
			cleaning->assigned = true;
			cleaning->unassigned = file->gone;
		}
	}
}

/* Where nothing that baton knows of makes it, that is said. */
static int plan_image(struct cleaning *cleaning) {
	struct planning *planning = cleaning->planning;
	size_t before = planning->plan->command_count;
	int r = regenerate_initramfs(planning);

	if (r < 0) {
		return r;
	}
	if (planning->plan->command_count == before) {
		cleaning->remains->image_old = true;
		return 0;
	}
	planning->plan->initramfs = planning->boot->initramfs;
	if (cleaning->assigned) {
		planning->plan->image =
			cleaning->unassigned ? IMAGE_ASSIGNS_NOTHING : IMAGE_ASSIGNS;
	}
	return 0;
}

/* Is what has changed of the assignment on an image? booster puts nothing of it there. */
static bool is_assigned_there(const struct cleaning *cleaning) {
	return cleaning->assigned && cleaning->planning->boot->initramfs->kind != INITRAMFS_BOOSTER;
}

static int plan_programs(struct cleaning *cleaning) {
	struct planning *planning = cleaning->planning;
	int r = cleaning_ask(cleaning);

	if (r == 0 && (cleaning->initramfs || is_assigned_there(cleaning))) {
		r = plan_image(cleaning);
		r = r < 0 ? r : image_plan_commands(planning);
	}
	if (r == 0 && cleaning->menu) {
		r = regenerate_menu(planning, BOOT_WAY_BOTH);
	}
	return r == 0 && cleaning->remains->menu_old ? regenerate_menu(planning, BOOT_WAY_THERE)
						     : r;
}

int planning_clean(struct planning *planning, struct remains *remains) {
	struct cleaning cleaning = {.planning = planning, .remains = remains};
	int r = clean_all(&cleaning);

	r = r < 0 ? r : cleaning_check_words(&cleaning);
	if (r == 0) {
		look_at_files(&cleaning);
		r = cleaning.unassigned ? image_plan_without(planning, remains) : 0;
		r = r < 0 ? r : plan_programs(&cleaning);
	}
	if (r == 0 && (planning->plan->command_count > 0 || boot_plan_changes(planning->plan))) {
		planning->plan->loader = planning->boot->loader.loader;
	}
	names_free(&cleaning.asked);
	names_free(&cleaning.asked_instead);
	return r;
}
