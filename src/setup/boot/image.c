// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/image.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "inventory/boot/mkinitcpio.h"
#include "inventory/boot/shell.h"
#include "setup/boot/assign.h"
#include "setup/boot/regenerate.h"
#include "setup/boot/take_out.h"
#include "setup/boot/words.h"

#define HOOKS             "HOOKS"
#define HOOK              "baton"
#define DROP_IN_DIRECTORY "/etc/systemd/system/sysinit.target.d"
#define DROP_IN           "baton.conf"
#define FILE_MAX_SIZE     (1U << 20)

static const char drop_in[] = "# Added by baton boot assign; baton boot undo takes it away.\n"
			      "[Unit]\n"
			      "Wants=baton-early.service\n";

/* What each has of ours. */
static const char *const glue[INITRAMFS_KIND_COUNT][3] = {
	[INITRAMFS_TOOLS] = {"/usr/share/initramfs-tools/hooks/baton",
		"/usr/share/initramfs-tools/scripts/init-top/baton"},
	[INITRAMFS_DRACUT] = {"/usr/lib/dracut/modules.d/90baton/module-setup.sh",
		"/usr/lib/dracut/modules.d/90baton/baton-early.sh", EARLY_UNIT},
	[INITRAMFS_MKINITCPIO] = {"/usr/lib/initcpio/install/baton",
		"/usr/lib/initcpio/hooks/baton", EARLY_UNIT},
	[INITRAMFS_BOOSTER] = {EARLY_UNIT},
};

int boot_assign_installed(int root, const struct initramfs *initramfs, struct error *error) {
	const char *const *files = glue[initramfs->kind];

	if (!file_exists(root, EARLY_PROGRAM)) {
		return error_set(error, -ENOENT,
			EARLY_PROGRAM " is not there: install all of baton, not its program alone");
	}
	for (size_t i = 0; i < COUNT(glue[0]) && files[i]; i++) {
		if (!file_exists(root, files[i])) {
			return error_set(error, -ENOENT,
				"%s is not there: install all of baton, not its program alone",
				files[i]);
		}
	}
	return 0;
}

bool image_is(const char *path) {
	static const char *const others[] = {"rescue", "kdump"};
	static const char *const copies[] = {".bak", ".dpkg-bak", ".old-dkms", ".old", ".tmp"};
	const char *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < COUNT(others); i++) {
		if (strstr(name, others[i])) {
			return false;
		}
	}
	for (size_t i = 0; i < COUNT(copies); i++) {
		if (text_ends(name, copies[i])) {
			return false;
		}
	}
	return text_starts(name, "initrd") || text_starts(name, "initramfs-");
}

/* Does the text set the hooks, and not only add some? */
static bool sets_hooks(const struct text *text) {
	struct shell_reader reader = {.data = text->data, .length = text->length};
	struct shell_assignment found;

	while (shell_assignment_next(&reader, &found)) {
		if (shell_is(&reader, &found, HOOKS) && !found.append) {
			return true;
		}
	}
	return false;
}

static int add_hook(struct planning *planning, const char *path, void *context) {
	bool *found = context;
	const struct word_place place = {FORM_SHELL, HOOKS, true};
	struct boot_file *file;
	struct text longer = {0};
	int r = planning_file(planning, path, &file);

	if (r < 0 || !sets_hooks(&file->before)) {
		return r;
	}
	*found = true;
	file->form = FORM_SHELL;
	r = name_set(file->variable, sizeof(file->variable), HOOKS);
	r = r < 0 ? r : word_add(&place, file->after.data, file->after.length, HOOK, &longer);
	if (r == -EINVAL) {
		return error_set(planning->error, -ENOTSUP,
			"%s sets its hooks in a way that only a shell can follow: add %s to " HOOKS
			" yourself",
			path, HOOK);
	}
	if (r == 0) {
		text_free(&file->after);
		file->after = longer;
	}
	return planning_result(planning, r);
}

/* Whatever mkinitcpio goes by. */
static int each_file(struct planning *planning,
	int (*visit)(struct planning *planning, const char *path, void *context), void *context) {
	AUTO_NAMES struct names files = {0};
	int r = planning_result(planning, mkinitcpio_files(planning->root, &files));

	for (size_t i = 0; r == 0 && i < files.count; i++) {
		r = visit(planning, files.names[i], context);
	}
	return r;
}

/* Each file that sets them: whichever is the last one then has it. */
static int plan_mkinitcpio(struct planning *planning) {
	bool found = false;
	int r = each_file(planning, add_hook, &found);

	if (r == 0 && !found) {
		return error_set(planning->error, -ENOTSUP,
			"no " HOOKS "= is found in " MKINITCPIO ", " MKINITCPIO
			".d or what presets "
			"name: add %s to the hooks yourself",
			HOOK);
	}
	return r < 0 ? r : planning_result(planning, names_add(&planning->plan->words, HOOK));
}

static int plan_booster(struct planning *planning) {
	const struct boot_lines *lines = &planning->boot->lines;
	struct boot_file *file;
	int r;

	for (size_t i = 0; i < lines->count; i++) {
		const struct boot_line *line = &lines->all[i];

		if ((line->kind == BOOT_LINE_EARLY || line->kind == BOOT_LINE_INCLUDED) &&
			line->module && !text_starts(line->module, "vfio")) {
			return error_set(planning->error, -ENOTSUP,
				"%s:%u has %s loaded by booster, which runs nothing that could be "
				"there first: take it out, and try again",
				line->path, line->number, line->module);
		}
	}
	if (file_exists(planning->root, DROP_IN_DIRECTORY "/" DROP_IN)) {
		return 0;
	}
	r = planning_new_file(planning, DROP_IN_DIRECTORY, DROP_IN, &file);
	if (r < 0) {
		return r;
	}
	file->form = FORM_LINES;
	return planning_result(planning, text_append(&file->after, drop_in, strlen(drop_in)));
}

int image_plan(struct planning *planning) {
	switch (planning->boot->initramfs->kind) {
	case INITRAMFS_TOOLS:
	case INITRAMFS_DRACUT:
		return 0;
	case INITRAMFS_MKINITCPIO:
		return plan_mkinitcpio(planning);
	case INITRAMFS_BOOSTER:
		return plan_booster(planning);
	case INITRAMFS_UNKNOWN:
	case INITRAMFS_KIND_COUNT:
		break;
	}
	return error_set(planning->error, -ENOTSUP,
		"what makes the initramfs here is not recognised (initramfs-tools, dracut, mkinitcpio "
		"and booster are), so nothing of baton's can be there before the drivers: hand the card over on demand");
}

/* The last assignment of the hooks in front of that line in which ours may be; false: none. */
static bool find_hook(const struct text *text, unsigned int before, struct shell_assignment *ret) {
	struct shell_reader reader = {.data = text->data, .length = text->length};
	struct shell_assignment found;
	bool there = false;

	while (shell_assignment_next(&reader, &found)) {
		if (found.line < before && shell_is(&reader, &found, HOOKS) &&
			memmem(text->data + found.value_at, found.value_length, HOOK,
				strlen(HOOK))) {
			*ret = found;
			there = true;
		}
	}
	return there;
}

/* What goes of ours is shown, too. */
static struct remain *show_hook(struct remains *remains, const char *path, const struct text *text,
	const struct shell_assignment *found) {
	AUTO_FREE char *line = strndup(text->data + found->name_at,
		found->value_at + found->value_length - found->name_at);
	const struct remain remain = {.form = REMAIN_LIST,
		.path = (char *)path,
		.number = found->line,
		.text = line,
		.why = (char *)"has the initramfs run what `baton boot assign` has put there"};

	remains->r = line ? remains->r : -ENOMEM;
	return line ? remains_add(remains, &remain) : NULL;
}

/* Behind the others first, so that these keep their lines. */
static int take_hooks(struct boot_file *file, const char *path, struct remains *remains) {
	char hook[] = HOOK, *words[] = {hook};
	struct shell_assignment found = {.line = UINT_MAX};
	int r = 0;

	while (r == 0 && find_hook(&file->after, found.line, &found)) {
		const struct take_place place = {.data = file->after.data,
			.length = file->after.length,
			.line = {.path = path, .number = found.line},
			.single = true};
		struct remain *shown = show_hook(remains, path, &file->after, &found);
		struct text shorter = {0};

		r = take_from_list(&place, HOOKS, &(struct names){words, 1}, &shorter);
		if (r == 0) {
			text_free(&file->after);
			file->after = shorter;
		} else if (r == -EINVAL) {
			remain_set(remains, shown, REMAIN_BY_HAND,
				"it does nothing any more, and only a shell could follow the list: take "
				"%s out of it yourself",
				HOOK);
			r = 0;
		}
	}
	return r < 0 ? r : remains->r;
}

static int take_hook(struct planning *planning, const char *path, void *context) {
	AUTO_FREE char *data = NULL;
	struct boot_file *file;
	int r = file_read(planning->root, path, FILE_MAX_SIZE, &data, NULL);

	if (r < 0 || !strstr(data, HOOK)) {
		return r == -ENOMEM ? planning_result(planning, r) : 0;
	}
	r = planning_file(planning, path, &file);
	return r < 0 ? r : planning_result(planning, take_hooks(file, path, context));
}

static int take_drop_in(struct planning *planning, struct remains *remains) {
	static const char path[] = DROP_IN_DIRECTORY "/" DROP_IN;
	const struct remain remain = {.form = REMAIN_FILE,
		.path = (char *)path,
		.text = (char *)"Wants=baton-early.service",
		.why = (char *)"has systemd start what `baton boot assign` has put there"};
	AUTO_FREE char *data = NULL;
	struct remain *shown;
	int r = file_read(planning->root, path, FILE_MAX_SIZE, &data, NULL);

	if (r < 0) {
		return r == -ENOMEM ? planning_result(planning, r) : 0;
	}
	shown = remains_add(remains, &remain);
	if (remains->r == 0 && strcmp(data, drop_in) != 0) {
		remain_set(remains, shown, REMAIN_BY_HAND,
			"it does nothing any more, and somebody has changed that file: look whether "
			"you need it");
		return 0;
	}
	return remains->r < 0 ? planning_result(planning, remains->r)
			      : planning_remove(planning, path);
}

int image_plan_without(struct planning *planning, struct remains *remains) {
	int r = each_file(planning, take_hook, remains);

	return r < 0 ? r : take_drop_in(planning, remains);
}

int image_plan_commands(struct planning *planning) {
	enum loader_kind loader = planning->boot->loader.loader->kind;
	int r = planning->boot->initramfs->kind == INITRAMFS_BOOSTER
			? 0
			: regenerate_initramfs(planning);

	/* Others start from where the image is, or are called by what makes it. */
	if (r == 0 && (loader == LOADER_KERNEL_INSTALL || loader == LOADER_LIMINE)) {
		r = regenerate_menu(planning, BOOT_WAY_BOTH);
	}
	return r;
}
