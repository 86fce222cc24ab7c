// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/arguments.h"

#include <errno.h>
#include <string.h>

#include "inventory/boot/command_line.h"
#include "setup/boot/asked.h"
#include "setup/boot/regenerate.h"
#include "setup/boot/words.h"
#include "setup/trust.h"

#define FILE_MAX_SIZE (1U << 20)
#define DROP_IN       "zz-baton" /* the last one: others may begin anew */

#define DISTRIBUTION_CMDLINE "/usr/lib/kernel/cmdline"

static int cannot_add(struct planning *planning, const char *path, const char *word, int r) {
	return r == -EINVAL
		       ? error_set(planning->error, -ENOTSUP,
				 "%s is written in a way that only a shell can follow: add %s to it yourself",
				 path, word)
		       : error_set(planning->error, r, "cannot change %s: %s", path, strerror(-r));
}

/* Adds all words to the text after. */
static int add_words(struct planning *planning, struct boot_file *file) {
	const struct names *words = &planning->plan->words;
	const struct word_place place = {file->form, file->variable};

	for (size_t i = 0; i < words->count; i++) {
		struct text longer = {0};
		int r = word_add(
			&place, file->after.data, file->after.length, words->names[i], &longer);

		if (r < 0) {
			return cannot_add(planning, file->path, words->names[i], r);
		}
		text_free(&file->after);
		file->after = longer;
	}
	return 0;
}

/* What it is written in, and then with the words. */
static int give_words(struct planning *planning, struct boot_file *file, enum loader_form form,
	const char *variable) {
	int r = name_set(file->variable, sizeof(file->variable), variable);

	file->form = form;
	return r < 0 ? planning_result(planning, r) : add_words(planning, file);
}

/* A file that is there. */
static int add_file(
	struct planning *planning, const char *path, enum loader_form form, const char *variable) {
	struct boot_file *file;
	int r = planning_file(planning, path, &file);

	return r < 0 ? r : give_words(planning, file, form, variable);
}

/* One that is not. */
static int add_new_file(struct planning *planning, const char *directory, const char *name,
	const struct word_place *place, const char *content) {
	struct boot_file *file;
	int r = planning_new_file(planning, directory, name, &file);

	if (r < 0) {
		return r;
	}
	r = text_append(&file->after, content, strlen(content));
	return r < 0 ? planning_result(planning, r)
		     : give_words(planning, file, place->form, place->variable);
}

/* GRUB: a file of our own where there may be such, or else within the one that people edit. */
static int plan_shell(struct planning *planning) {
	const struct loader *loader = planning->boot->loader.loader;
	const char *variable = loader->variables[1] ? loader->variables[1] : loader->variables[0];
	char name[64], path[512];
	AUTO_TEXT struct text content = {0};

	if (!loader_reads_drop_ins(planning->root, loader) ||
		!file_exists(planning->root, loader->directory) ||
		name_format(name, sizeof(name), DROP_IN "%s", loader->suffix) < 0 ||
		name_format(path, sizeof(path), "%s/%s", loader->directory, name) < 0) {
		return add_file(planning, loader->file, FORM_SHELL, variable);
	}
	if (file_exists(planning->root, path)) {
		return add_file(planning, path, FORM_SHELL, variable);
	}
	if (text_add(&content, WORD_MARK "\n%s=\"$%s\"\n", variable, variable) < 0) {
		return planning_result(planning, -ENOMEM);
	}
	return add_new_file(planning, loader->directory, name,
		&(struct word_place){FORM_SHELL, variable}, content.data);
}

/*
 * Without the file the system goes by what the machine was started with, and that is nobody's
 * configuration: it may be a rescue. Made permanent it would stay, and with the file gone again the
 * system would go by a line that has our words.
 */
static int refuse_running(struct planning *planning) {
	const struct names *running = &planning->boot->running;
	AUTO_TEXT struct text line = {0};
	int r = text_append(&line, "", 0);

	for (size_t i = 0; r == 0 && i < running->count; i++) {
		const char *word = running->names[i];

		if (!text_starts(word, "BOOT_IMAGE=") && !text_starts(word, "initrd=")) {
			r = text_add(&line, "%s%s", line.length ? " " : "", word);
		}
	}
	return error_set(planning->error, r < 0 ? r : -ENOTSUP,
		"%s is not there, so nothing but /proc/cmdline tells what the machine is to be started "
		"with: write that file first, then try again; this time it was started with: %s",
		planning->boot->loader.loader->file, r < 0 ? "" : line.data);
}

/* kernel-install goes by the distribution's file as long as there is none of the machine's own. */
static int plan_new_words(struct planning *planning) {
	AUTO_FREE char *content = NULL;
	struct trusted trusted;
	int r;

	if (planning->boot->loader.loader->kind != LOADER_KERNEL_INSTALL ||
		!file_exists(planning->root, DISTRIBUTION_CMDLINE)) {
		return refuse_running(planning);
	}
	r = trust_check(
		planning->root, planning->owner, DISTRIBUTION_CMDLINE, &trusted, planning->error);
	if (r < 0) {
		return r;
	}
	r = file_read(planning->root, DISTRIBUTION_CMDLINE, FILE_MAX_SIZE, &content, NULL);
	return r < 0 ? error_set(planning->error, r, "cannot read " DISTRIBUTION_CMDLINE ": %s",
			       strerror(-r))
		     : add_new_file(planning, "/etc/kernel", "cmdline",
			       &(struct word_place){FORM_WORDS, ""}, content);
}

static int plan_words(struct planning *planning) {
	const char *file = planning->boot->loader.loader->file;

	return file_exists(planning->root, file) ? add_file(planning, file, FORM_WORDS, "")
						 : plan_new_words(planning);
}

/* Does the command line come from files of the directory? Then, and only then, one of ours may. */
static int find_drop_in(struct planning *planning, bool *ret) {
	const struct loader *loader = planning->boot->loader.loader;
	AUTO_BOOT_LINES struct boot_lines lines = {0};
	int r = loader_read(planning->root, loader, "", &lines);

	*ret = r == 0 && lines.count > 0 && text_starts(lines.all[0].path, loader->directory);
	return r < 0 ? error_set(planning->error, r, "cannot plan: %s", strerror(-r)) : 0;
}

static int plan_drop_ins(struct planning *planning) {
	const struct loader *loader = planning->boot->loader.loader;
	char name[64], path[512];
	bool found;
	int r = find_drop_in(planning, &found);

	if (r < 0) {
		return r;
	}
	if (!found || name_format(name, sizeof(name), DROP_IN "%s", loader->suffix) < 0 ||
		name_format(path, sizeof(path), "%s/%s", loader->directory, name) < 0) {
		return plan_words(planning);
	}
	return file_exists(planning->root, path)
		       ? add_file(planning, path, FORM_WORDS, "")
		       : add_new_file(planning, loader->directory, name,
				 &(struct word_place){FORM_WORDS, ""}, "\n");
}

/* Entries that a person has written. */
static int plan_entries(struct planning *planning) {
	const char *directory = loader_entries(planning->root);
	AUTO_NAMES struct names names = {0};
	int r = directory ? names_read(planning->root, directory, &names) : -ENOENT;

	if (r < 0) {
		return error_set(
			planning->error, r, "cannot read the boot entries: %s", strerror(-r));
	}
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		char path[512];

		if (text_ends(names.names[i], ".conf") &&
			name_format(path, sizeof(path), "%s/%s", directory, names.names[i]) == 0) {
			r = add_file(planning, path, FORM_ENTRIES, "");
		}
	}
	return r;
}

/* All words as one. */
static int join(const struct names *words, const char *before, struct text *ret) {
	int r = text_add(ret, "%s", before);

	for (size_t i = 0; r == 0 && i < words->count; i++) {
		r = text_add(ret, "%s%s", i ? " " : "", words->names[i]);
	}
	return r;
}

/* "$kernelopts" and its like: variables of the boot program. tuned's words no such program touches.
 */
static bool is_unknown(const struct boot_line *line) {
	return line->kind != BOOT_LINE_WORD ||
	       (*line->text == '$' && !text_starts(line->text, "$tuned_"));
}

/* NULL: none of the kernels has the word, for certain. */
static const char *find_doubt(const struct boot_lines *lines, const char *word) {
	for (size_t i = 0; i < lines->count; i++) {
		if (is_unknown(&lines->all[i])) {
			return "whether it is there already cannot be told";
		}
		if (command_line_same(lines->all[i].text, word)) {
			return "some of the kernels have it already";
		}
	}
	return lines->count > 0 ? NULL : "the boot entries cannot be read";
}

/*
 * Such a program does not tell whether a word came with us, and takes it from every kernel when it
 * is taken back: so it must not be there before.
 */
static int check_absent(struct planning *planning) {
	const struct names *words = &planning->plan->words;
	AUTO_BOOT_LINES struct boot_lines lines = {0};
	int r = loader_read(planning->root, planning->boot->loader.loader, "", &lines);

	for (size_t i = 0; r == 0 && i < words->count; i++) {
		const char *word = words->names[i], *doubt = find_doubt(&lines, word);

		if (doubt) {
			AUTO_TEXT struct text command = {0};
			const struct names one = {&words->names[i], 1};

			r = asked_format(planning->boot->loader.loader, true, &one, &command);
			return r < 0 ? planning_result(planning, r)
				     : error_set(planning->error, -ENOTSUP,
					       "%s: %s, so baton could not take back what it adds: add it "
					       "yourself with %s",
					       word, doubt, command.data);
		}
	}
	return r < 0 ? error_set(planning->error, r, "cannot plan: %s", strerror(-r)) : 0;
}

static int refuse(struct planning *planning) {
	AUTO_TEXT struct text list = {0}, line = {0};
	const struct names *words = &planning->plan->words;
	int r = join(words, "", &line);

	for (size_t i = 0; r == 0 && i < words->count; i++) {
		r = text_add(&list, "%s\"%s\"", i ? " " : "", words->names[i]);
	}
	if (r < 0) {
		return planning_result(planning, r);
	}
	if (planning->boot->loader.loader->kind == LOADER_NIXOS) {
		return error_set(planning->error, -ENOTSUP,
			"NixOS is declared, so add to your configuration: boot.kernelParams = [ %s ]; "
			"then run nixos-rebuild boot",
			list.data);
	}
	return error_set(planning->error, -ENOTSUP,
		"the boot loader is not recognised: add to the kernel's command line yourself: %s",
		line.data);
}

static int plan_files(struct planning *planning) {
	const struct loader *loader = planning->boot->loader.loader;

	switch (loader->form) {
	case FORM_SHELL:
		return plan_shell(planning);
	case FORM_WORDS:
		return plan_words(planning);
	case FORM_DROP_INS:
		return plan_drop_ins(planning);
	case FORM_ENTRIES:
		return plan_entries(planning);
	case FORM_LINES:
	case FORM_NONE:
		break;
	}
	return refuse(planning);
}

static int plan_all(struct planning *planning) {
	const struct loader *loader = planning->boot->loader.loader;
	int r;

	if (asked_keeps(loader)) {
		r = check_absent(planning);
		return r < 0 ? r : asked_plan(planning, true, &planning->plan->words);
	}
	r = plan_files(planning);
	return r < 0 ? r : regenerate_menu(planning, BOOT_WAY_BOTH);
}

int planning_words(struct planning *planning, const struct names *words) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < words->count; i++) {
		if (!word_is_plain(words->names[i])) {
			return error_set(planning->error, -EINVAL,
				"\"%s\" is no plain word for the kernel's command line",
				words->names[i]);
		}
		r = names_add(&planning->plan->words, words->names[i]);
		r = r < 0 ? r : names_add(&planning->plan->with, words->names[i]);
	}
	r = r < 0 ? planning_result(planning, r) : plan_all(planning);
	if (r == 0) {
		planning->plan->loader = planning->boot->loader.loader;
	}
	/* What has the words is the image. */
	if (r == 0 && planning->plan->loader->kind == LOADER_UKI) {
		planning->plan->initramfs = planning->boot->initramfs;
	}
	return r;
}

int boot_plan_words(int root, uid_t owner, const struct boot *boot, const struct names *words,
	struct boot_plan *ret, struct error *error) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	struct planning planning = {root, owner, boot, &plan, error};
	int r = planning_words(&planning, words);

	if (r < 0) {
		return r;
	}
	*ret = plan;
	plan = (struct boot_plan){0};
	return 0;
}
