// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/cleaning.h"

#include <errno.h>
#include <string.h>

#include "inventory/boot/command_line.h"
#include "setup/boot/asked.h"
#include "setup/boot/words.h"
#include "setup/trust.h"

#define FILE_MAX_SIZE (1U << 20)

static bool goes(const struct remain *remain, const char *part, size_t length) {
	for (size_t i = 0; i < remain->parts.count; i++) {
		if (strlen(remain->parts.names[i]) == length &&
			memcmp(remain->parts.names[i], part, length) == 0) {
			return true;
		}
	}
	return remain->parts.count == 0;
}

/* The word without what goes of its list; empty: all of it goes. */
static int shorten(const struct remain *remain, struct text *ret) {
	const char *value = strchr(remain->text, '=');
	int r = text_append(ret, "", 0);

	for (const char *part = value ? value + 1 : ""; r == 0 && *part;) {
		size_t length = strcspn(part, ",");

		if (!goes(remain, part, length)) {
			r = ret->length == 0 ? text_append(ret, remain->text,
						       (size_t)(value - remain->text) + 1)
					     : text_append(ret, ",", 1);
			r = r < 0 ? r : text_append(ret, part, length);
		}
		part += length + (part[length] == ',');
	}
	return r;
}

/* In which form the words stand in that file; FORM_NONE: it is none of the loader's own. */
static enum loader_form find_form(const struct loader *loader, const char *path) {
	enum loader_form form = loader->form == FORM_DROP_INS ? FORM_WORDS : loader->form;

	if (strcmp(path, GRUB_DEFAULT) == 0) {
		return FORM_SHELL;
	}
	if (strcmp(path, KERNEL_CMDLINE) == 0) {
		return FORM_WORDS;
	}
	return (strstr(path, "/loader/entries/") != NULL) == (form == FORM_ENTRIES) ? form
										    : FORM_NONE;
}

static int replace_word(
	const struct word_place *place, const struct remain *remain, struct boot_file *file) {
	AUTO_TEXT struct text by = {0}, after = {0};
	int r = shorten(remain, &by);

	r = r < 0 ? r : word_replace(place, &file->after, remain->text, by.data, &after);
	if (r < 0) {
		return r;
	}
	r = after.length != file->after.length; /* it is never longer, nor as long */
	text_free(&file->after);
	file->after = after;
	after = (struct text){0};
	return r;
}

/* GRUB has two variables. */
static int replace_in_variables(const struct loader *loader, enum loader_form form,
	const struct remain *remain, struct boot_file *file) {
	static const char *const grubs[] = GRUB_VARIABLES;
	const char *const *variables = loader->variables[0] ? loader->variables : grubs;
	int r = 0, count = 0;

	if (form != FORM_SHELL) {
		return replace_word(&(struct word_place){form, NULL, false}, remain, file);
	}
	for (size_t i = 0; r >= 0 && i < COUNT(grubs) && variables[i]; i++) {
		r = replace_word(&(struct word_place){form, variables[i], false}, remain, file);
		count += r > 0;
	}
	return r < 0 ? r : count;
}

/* 1: it was in it. */
static int replace_in_file(
	struct cleaning *cleaning, const char *path, enum loader_form form, struct remain *remain) {
	struct planning *planning = cleaning->planning;
	AUTO_FREE char *data = NULL;
	struct boot_file *file;
	int r = file_read(planning->root, path, FILE_MAX_SIZE, &data, NULL);

	if (r < 0 || !strstr(data, remain->text)) {
		return r == -ENOMEM ? planning_result(planning, r) : 0;
	}
	r = planning_file(planning, path, &file);
	if (r < 0) {
		return r;
	}
	r = replace_in_variables(planning->boot->loader.loader, form, remain, file);
	if (r == -EINVAL) {
		cleaning_set_uncertain(cleaning, remain);
		return 0;
	}
	return r < 0 ? planning_result(planning, r) : r;
}

/* It is asked for once, however many entries have it. */
static int clean_asked(struct cleaning *cleaning, struct remain *remain) {
	const struct loader *loader = cleaning->planning->boot->loader.loader;
	const struct names one = {&remain->text, 1};
	AUTO_TEXT struct text by = {0}, command = {0};
	int r = shorten(remain, &by);

	if (r == 0 && !asked_all_have(cleaning->planning->root, loader, remain->text)) {
		r = asked_format(loader, false, &one, &command);
		remain_set(cleaning->remains, remain, REMAIN_BY_HAND,
			"not all kernels have it, so baton could not put it back as it is: %s",
			r < 0 ? "" : command.data);
		return planning_result(cleaning->planning, r);
	}
	if (r < 0 || command_line_has(&cleaning->asked, remain->text)) {
		return planning_result(cleaning->planning, r);
	}
	r = names_add(&cleaning->asked, remain->text);
	if (r == 0 && by.length > 0) {
		r = names_add(&cleaning->asked_instead, by.data);
	}
	return planning_result(cleaning->planning, r);
}

/* What a shell reads stands in any of its files, and may be in several. */
static int replace_everywhere(
	struct cleaning *cleaning, enum loader_form form, struct remain *remain) {
	int root = cleaning->planning->root;
	const struct loader *loader = cleaning->planning->boot->loader.loader;
	AUTO_NAMES struct names names = {0};
	int r = replace_in_file(cleaning, remain->path, form, remain), count = r;

	if (r < 0 || loader->form != FORM_SHELL) {
		return r;
	}
	r = replace_in_file(cleaning, loader->file, form, remain);
	count += r > 0;
	if (r < 0 || !loader_reads_drop_ins(root, loader) ||
		names_read(root, loader->directory, &names) < 0) {
		return r < 0 ? r : count;
	}
	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		char path[512];

		if (text_ends(names.names[i], loader->suffix) &&
			name_format(path, sizeof(path), "%s/%s", loader->directory,
				names.names[i]) == 0) {
			r = replace_in_file(cleaning, path, form, remain);
			count += r > 0;
		}
	}
	return r < 0 ? r : count;
}

int cleaning_word(struct cleaning *cleaning, struct remain *remain) {
	const struct loader *loader = cleaning->planning->boot->loader.loader;
	enum loader_form form = find_form(loader, remain->path);
	int r;

	if (asked_keeps(loader) && form == FORM_ENTRIES) {
		return clean_asked(cleaning, remain);
	}
	if (form == FORM_NONE) {
		cleaning_set_uncertain(cleaning, remain);
		return 0;
	}
	r = replace_everywhere(cleaning, form, remain);
	cleaning->menu |= r > 0;
	return r < 0 ? r : 0;
}

/* The file as it is to be, wherever the way to it leads. */
static const struct text *find_planned(void *context, const char *path) {
	const struct planning *planning = context;
	struct error error;
	struct trusted trusted;

	if (trust_check(planning->root, planning->owner, path, &trusted, &error) < 0) {
		return NULL;
	}
	for (size_t i = 0; i < planning->plan->file_count; i++) {
		if (strcmp(planning->plan->files[i].path, trusted.path) == 0) {
			return &planning->plan->files[i].after;
		}
	}
	return NULL;
}

static const struct boot_line *find_word(const struct boot_lines *lines, const char *word) {
	for (size_t i = 0; i < lines->count; i++) {
		if (lines->all[i].kind == BOOT_LINE_WORD &&
			command_line_same(lines->all[i].text, word)) {
			return &lines->all[i];
		}
	}
	return NULL;
}

/* Does it stay somewhere, for a person to take out? */
static bool stays(const struct remains *remains, const char *word) {
	for (size_t i = 0; i < remains->count; i++) {
		const struct remain *remain = &remains->all[i];

		if (remain->form == REMAIN_WORD && remain->fate != REMAIN_GOES &&
			command_line_same(remain->text, word)) {
			return true;
		}
	}
	return false;
}

/* What has to be gone from what is made of the configuration. */
static int expect_gone(struct cleaning *cleaning) {
	struct boot_plan *plan = cleaning->planning->plan;
	int r = 0;

	for (size_t i = 0; r == 0 && i < cleaning->remains->count; i++) {
		const struct remain *remain = &cleaning->remains->all[i];

		if (remain->form == REMAIN_WORD && remain->fate == REMAIN_GOES &&
			!stays(cleaning->remains, remain->text) &&
			!command_line_has(&plan->without, remain->text)) {
			r = names_add(&plan->without, remain->text);
		}
	}
	return r;
}

int cleaning_check_words(struct cleaning *cleaning) {
	struct planning *planning = cleaning->planning;
	const struct loader *loader = planning->boot->loader.loader;
	const struct loader_source source = {
		.root = planning->root, .planned = find_planned, .context = planning};
	AUTO_BOOT_LINES struct boot_lines lines = {0};
	bool asked = asked_keeps(loader); /* its entries are not among the planned files */
	int r = asked ? loader_read_templates(&source, loader, &lines)
		      : loader_read_from(&source, loader, &lines);

	for (size_t i = 0; r == 0 && i < cleaning->remains->count; i++) {
		struct remain *remain = &cleaning->remains->all[i];
		const struct boot_line *line;

		if (remain->form != REMAIN_WORD || remain->fate != REMAIN_GOES) {
			continue;
		}
		line = find_word(&lines, remain->text);
		if (line && (!asked || strcmp(line->path, remain->path) == 0)) {
			remain_set(cleaning->remains, remain, REMAIN_BY_HAND,
				"it comes from where only a shell could follow it: take it out of %s yourself",
				line->path);
		}
	}
	return planning_result(planning, r < 0 ? r : expect_gone(cleaning));
}

/* What comes back first went last. */
int cleaning_ask(struct cleaning *cleaning) {
	struct planning *planning = cleaning->planning;
	int r = cleaning->asked.count ? asked_plan(planning, false, &cleaning->asked) : 0;

	return r == 0 && cleaning->asked_instead.count
		       ? asked_plan(planning, true, &cleaning->asked_instead)
		       : r;
}
