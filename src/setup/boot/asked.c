// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/asked.h"

#include <errno.h>
#include <string.h>

#include "inventory/boot/command_line.h"

#define FILE_MAX_SIZE (1U << 20)

static const struct asked {
	enum loader_kind kind;
	const char *program[3];
	const char *options[2]; /* by which it takes words away, and adds some */
	bool separate;          /* the words come as a word of their own */
	bool single;            /* one word at a time */
} askeds[] = {
	{LOADER_GRUBBY, {"/usr/sbin/grubby", "--update-kernel=ALL"}, {"--remove-args=", "--args="},
		false, false},
	{LOADER_KERNELSTUB, {"/usr/bin/kernelstub"}, {"--delete-options", "--add-options"}, true,
		false},
	{LOADER_OSTREE, {"/usr/bin/rpm-ostree", "kargs"},
		{"--delete-if-present=", "--append-if-missing="}, false, true},
};

static const struct asked *find(const struct loader *loader) {
	for (size_t i = 0; i < COUNT(askeds); i++) {
		if (askeds[i].kind == loader->kind) {
			return &askeds[i];
		}
	}
	return NULL;
}

bool asked_keeps(const struct loader *loader) {
	return find(loader) != NULL;
}

static int add_argument(
	const struct asked *asked, bool add, const struct names *words, struct names *ret) {
	AUTO_TEXT struct text joined = {0};
	const char *option = asked->options[add];
	int r = text_add(&joined, "%s", asked->separate ? "" : option);

	for (size_t i = 0; r == 0 && i < words->count; i++) {
		r = text_add(&joined, "%s%s", i ? " " : "", words->names[i]);
	}
	if (r == 0 && asked->separate) {
		r = names_add(ret, option);
	}
	return r < 0 ? r : names_add(ret, joined.data);
}

/* The program and its words. */
static int compose(
	const struct asked *asked, bool add, const struct names *words, struct names *ret) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT(asked->program) && asked->program[i]; i++) {
		r = names_add(ret, asked->program[i]);
	}
	return r < 0 ? r : add_argument(asked, add, words, ret);
}

static int plan_one(
	struct planning *planning, const struct asked *asked, bool add, const struct names *words) {
	struct boot_command *there = boot_plan_add_command(planning->plan, BOOT_WAY_THERE), *back;
	int r = there ? compose(asked, add, words, &there->words) : -ENOMEM;

	back = r < 0 ? NULL : boot_plan_add_command(planning->plan, BOOT_WAY_BACK);
	r = r < 0 ? r : back ? compose(asked, !add, words, &back->words) : -ENOMEM;
	return planning_result(planning, r);
}

int asked_plan(struct planning *planning, bool add, const struct names *words) {
	const struct asked *asked = find(planning->boot->loader.loader);
	int r = 0;

	if (!asked->single) {
		return plan_one(planning, asked, add, words);
	}
	for (size_t i = 0; r == 0 && i < words->count; i++) {
		r = plan_one(planning, asked, add, &(struct names){&words->names[i], 1});
	}
	return r;
}

int asked_format(
	const struct loader *loader, bool add, const struct names *words, struct text *ret) {
	AUTO_NAMES struct names all = {0};
	int r = compose(find(loader), add, words, &all);

	for (size_t i = 0; r == 0 && i < all.count; i++) {
		r = text_add(ret, "%s%s", i ? " " : "", all.names[i]);
	}
	return r;
}

/* Is it on a line "options ..." of the entry? */
static bool has_word(int root, const char *path, const char *word) {
	static const char key[] = "options";
	AUTO_FREE char *data = NULL;
	bool found = false;

	if (file_read(root, path, FILE_MAX_SIZE, &data, NULL) < 0) {
		return false;
	}
	for (const char *line = data; !found && *line; line = text_next_line(line)) {
		AUTO_NAMES struct names words = {0};

		found = text_starts(line, key) &&
			command_line_split(line + strlen(key), strcspn(line + strlen(key), "\n"),
				&words) == 0 &&
			command_line_has(&words, word);
	}
	return found;
}

bool asked_all_have(int root, const struct loader *loader, const char *word) {
	const char *directory = loader_entries(root);
	AUTO_NAMES struct names names = {0};
	bool all = directory && names_read(root, directory, &names) == 0;

	/* A new deployment is made of the newest alone. */
	for (size_t i = 0; loader->kind != LOADER_OSTREE && i < names.count; i++) {
		char path[512];

		if (text_ends(names.names[i], ".conf")) {
			all &= name_format(path, sizeof(path), "%s/%s", directory,
				       names.names[i]) == 0 &&
			       has_word(root, path, word);
		}
	}
	return all;
}
