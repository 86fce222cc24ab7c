// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/entries.h"

#include <errno.h>
#include <string.h>

#include "inventory/boot/command_line.h"
#include "setup/boot/fresh.h"

#define MENU_MAX  (4U << 20)
#define ENTRY_MAX (64U << 10)
#define PATH_SIZE 512

/* Has one of the lines that begin with the key all words? *ret_lines: there are such lines. */
static int find_words(
	const char *data, const char *key, const struct names *words, bool *ret_lines) {
	for (const char *line = data; *line; line = text_next_line(line)) {
		const char *start = line + strspn(line, " \t");
		AUTO_NAMES struct names there = {0};
		size_t missing = 0;
		int r;

		if (!text_starts(start, key) || !strchr(" \t1e", start[strlen(key)])) {
			continue;
		}
		*ret_lines = true;
		r = command_line_split(start, strcspn(start, "\n"), &there);
		for (size_t i = 0; r == 0 && i < words->count; i++) {
			missing += !command_line_has(&there, words->names[i]);
		}
		if (r < 0 || missing == 0) {
			return r < 0 ? r : 1;
		}
	}
	return 0;
}

static int lacks(struct work *work, const char *path, const struct names *words) {
	return error_set(work->error, -EBADMSG, "%s was made, and no entry in it has %s%s", path,
		words->names[0], words->count > 1 ? " and what else is to be there" : "");
}

/* GRUB's own menu: "linux /vmlinuz root=..." */
static int check_menu(struct work *work, const char *path, const struct names *words) {
	AUTO_FREE char *data = NULL;
	bool lines = false;
	int r = file_read(work->setup->root, path, MENU_MAX, &data, NULL);

	if (r < 0) {
		return error_set(work->error, r, "cannot read %s: %s", path, strerror(-r));
	}
	r = find_words(data, "linux", words, &lines);
	return r == 0 ? lacks(work, path, words) : r < 0 ? r : 0;
}

/* "options root=...": of an entry that takes them from elsewhere, nothing is known. */
static int check_entries(struct work *work, const struct names *words) {
	const char *directory = loader_entries(work->setup->root);
	AUTO_NAMES struct names names = {0};
	bool lines = false;
	int r = directory ? names_read(work->setup->root, directory, &names) : 0;

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		AUTO_FREE char *data = NULL;
		char path[PATH_SIZE];

		if (!text_ends(names.names[i], ".conf") ||
			name_format(path, sizeof(path), "%s/%s", directory, names.names[i]) < 0 ||
			file_read(work->setup->root, path, ENTRY_MAX, &data, NULL) < 0) {
			continue;
		}
		r = strstr(data, "$kernelopts") ? 1 : find_words(data, "options", words, &lines);
	}
	if (r < 0) {
		return error_set(work->error, r, "cannot read the boot entries: %s", strerror(-r));
	}
	return r == 0 && lines ? lacks(work, directory, words) : 0;
}

/* The part of GRUB's menu that is made of what is configured: a person's own comes behind it. */
static void find_made(const char *data, const char **ret_from, const char **ret_to) {
	const char *from = strstr(data, "### BEGIN /etc/grub.d/10_");
	const char *to = from ? strstr(from, "### END /etc/grub.d/10_") : NULL;

	*ret_from = from ? from : data;
	*ret_to = to ? to : data + strlen(data);
}

/* The first of the words that a line of that key has, or NULL. */
static const char *find_left(
	const char *from, const char *to, const char *key, const struct names *words) {
	const char *left = NULL;

	for (const char *line = from; !left && line < to && *line; line = text_next_line(line)) {
		const char *start = line + strspn(line, " \t");
		AUTO_NAMES struct names there = {0};

		if (!text_starts(start, key) || !strchr(" \t1e", start[strlen(key)]) ||
			command_line_split(start, strcspn(start, "\n"), &there) < 0) {
			continue;
		}
		for (size_t i = 0; !left && i < words->count; i++) {
			left = command_line_has(&there, words->names[i]) ? words->names[i] : NULL;
		}
	}
	return left;
}

static int still_has(struct work *work, const char *path, const char *word) {
	return error_set(work->error, -EBADMSG, "%s was made, and still has %s", path, word);
}

static int check_menu_without(struct work *work, const char *path, const struct names *words) {
	AUTO_FREE char *data = NULL;
	const char *from, *to, *left;
	int r = file_read(work->setup->root, path, MENU_MAX, &data, NULL);

	if (r < 0) {
		return error_set(work->error, r, "cannot read %s: %s", path, strerror(-r));
	}
	find_made(data, &from, &to);
	left = find_left(from, to, "linux", words);
	return left ? still_has(work, path, left) : 0;
}

/* What looks at an entry that was made or changed now. */
struct entries {
	struct work *work;
	const struct names *words;
	time_t since_s; /* those that were made since */
};

static int look_at_entry(void *context, const char *path, const struct stat *stat) {
	const struct entries *entries = context;
	AUTO_FREE char *data = NULL;
	const char *left;

	if (!fresh_is(stat, entries->since_s) || !strstr(path, "/loader/entries/") ||
		!text_ends(path, ".conf") ||
		file_read(entries->work->setup->root, path, ENTRY_MAX, &data, NULL) < 0) {
		return 0;
	}
	left = find_left(data, data + strlen(data), "options", entries->words);
	return left ? still_has(entries->work, path, left) : 0;
}

/* Entries that no kernel is there for any more, nobody makes anew. */
int entries_check_without(struct work *work, const struct boot_plan *plan, time_t since_s) {
	bool all = plan->loader->kind == LOADER_GRUBBY; /* it changes those that are there */
	struct entries entries = {work, &plan->without, all ? 0 : since_s};
	const struct fresh fresh = {work->setup->root, look_at_entry, &entries};
	int r;

	if (plan->loader->menu) {
		return check_menu_without(work, plan->loader->menu, &plan->without);
	}
	r = fresh_find(&fresh);
	return r == -ENOMEM ? error_set(work->error, r, "out of memory") : r;
}

/* Where the entries are elsewhere, or in a form of which we know nothing, that is said. */
static int say_unseen(struct work *work, const struct loader *loader) {
	AUTO_TEXT struct text text = {0};
	int r = text_add(&text,
		"baton: what %s has made of it cannot be looked at: see `baton boot status` after "
		"the restart\n",
		loader->name);

	if (r < 0) {
		return error_set(work->error, r, "out of memory");
	}
	work_hear(work, text.data, text.length);
	return 0;
}

int entries_check_with(struct work *work, const struct boot_plan *plan) {
	if (plan->loader->menu) {
		return check_menu(work, plan->loader->menu, &plan->with);
	}
	return plan->loader->shows ? check_entries(work, &plan->with)
				   : say_unseen(work, plan->loader);
}
