// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "inventory/boot/argument.h"
#include "inventory/boot/command_line.h"
#include "inventory/boot/search.h"

/* Words of the kernel's command line. */

#define RUNNING  "/proc/cmdline"
#define MENU_MAX (4U << 20)
#define DARK                                                                                       \
	"keeps the kernel from the firmware's framebuffer: no picture before a driver has the card"

enum word_kind {
	WORD_IDS,
	WORD_BLACKLIST,
	WORD_LOADS,
	WORD_USELESS, /* leaves a driver nothing to do */
	WORD_PICTURE, /* takes the firmware's picture away: for no card in particular */
};

static const struct {
	const char *key; /* with '_' for '-' */
	enum word_kind kind;
} keys[] = {
	{"vfio_pci.ids", WORD_IDS},
	{"pci_stub.ids", WORD_IDS},
	{"modprobe.blacklist", WORD_BLACKLIST},
	{"module_blacklist", WORD_BLACKLIST},
	{"rd.driver.blacklist", WORD_BLACKLIST},
	{"rd.driver.pre", WORD_LOADS},
	{"rd_driver_pre", WORD_LOADS},
	{"modules_load", WORD_LOADS},
	{"rd.modules_load", WORD_LOADS},
	{"earlymodules", WORD_LOADS},
	{"nouveau.modeset", WORD_USELESS},
	{"video", WORD_PICTURE},
	{"initcall_blacklist", WORD_PICTURE},
};

/* What follows "KEY=", or NULL. */
static const char *find_value(const char *word, const char *key) {
	for (; *key; key++, word++) {
		if ((*word == '-' ? '_' : *word) != *key) {
			return NULL;
		}
	}
	return *word == '=' ? word + 1 : NULL;
}

/* Does video= switch only framebuffers of the firmware's off? initcall_blacklist= has one, too. */
static bool hides_picture(const char *value) {
	static const char *const parts[] = {
		"efifb:off", "vesafb:off", "simplefb:off", "sysfb_init"};
	AUTO_FREE char *copy = strdup(value);
	bool all = copy && *copy;

	for (char *rest = copy, *part; rest && (part = strsep(&rest, ","));) {
		bool known = false;

		for (size_t i = 0; i < COUNT(parts); i++) {
			known |= strcmp(part, parts[i]) == 0;
		}
		all &= known;
	}
	return all;
}

static void add_part(struct search *search, struct remain *remain, const char *part) {
	int r = names_add(&remain->parts, part);

	search->remains->r = r < 0 ? r : search->remains->r;
}

/* Which modules of the list are to be loaded again. */
static void add_blacklist(struct search *search, struct remain *remain, const char *list) {
	AUTO_FREE char *copy = strdup(list);
	struct concern all = {0};

	for (char *rest = copy, *module; rest && (module = strsep(&rest, ","));) {
		AUTO_BOOT_LINES struct boot_lines one = {0};
		struct concern concern;
		int r = boot_lines_add(&one, &(struct boot_line){.kind = BOOT_LINE_BLACKLIST,
						     .path = remain->path,
						     .number = remain->number,
						     .text = remain->text,
						     .module = module});

		if (r < 0) {
			search->remains->r = r;
			break;
		}
		concern = search_blocked(search, &one.all[0]);
		all.wanted |= concern.wanted;
		if (concern.wanted && !concern.other) {
			add_part(search, remain, module);
		} else if (concern.wanted) {
			all.other = concern.other;
		}
	}
	all.other = remain->parts.count > 0 ? NULL : all.other;
	search_add(search, remain, all);
	names_free(&remain->parts);
}

static void add_loads(struct search *search, struct remain *remain, const char *list) {
	AUTO_FREE char *copy = strdup(list);

	for (char *rest = copy, *module; rest && (module = strsep(&rest, ","));) {
		if (text_starts(module, "vfio")) {
			add_part(search, remain, module);
		}
	}
	remain->loads = true;
	search_add(search, remain, (struct concern){remain->parts.count > 0, NULL});
	names_free(&remain->parts);
}

/* nouveau.modeset=0, as "options nouveau modeset=0" */
static void add_useless(struct search *search, const struct remain *remain, const char *value) {
	char module[] = "nouveau";
	const struct boot_line line = {.kind = BOOT_LINE_OPTIONS,
		.path = remain->path,
		.number = remain->number,
		.text = remain->text,
		.module = module};

	if (strcmp(value, "0") == 0) {
		search_add(search, remain, search_blocked(search, &line));
	}
}

static void add_word(struct search *search, const struct boot_line *line, enum word_kind kind,
	const char *value) {
	const struct argument *argument = argument_find(line->text);
	struct remain remain = {.form = REMAIN_WORD,
		.path = line->path,
		.number = line->number,
		.text = line->text,
		.why = (char *)(argument ? argument->does : DARK)};

	switch (kind) {
	case WORD_IDS:
		search_add_ids(search, &remain, value);
		break;
	case WORD_BLACKLIST:
		add_blacklist(search, &remain, value);
		break;
	case WORD_LOADS:
		add_loads(search, &remain, value);
		break;
	case WORD_USELESS:
		add_useless(search, &remain, value);
		break;
	case WORD_PICTURE:
		search_add(search, &remain,
			(struct concern){search->wanted->all && hides_picture(value), NULL});
		break;
	}
}

static void look_at(struct search *search, const struct boot_line *line) {
	for (size_t i = 0; i < COUNT(keys); i++) {
		const char *value = find_value(line->text, keys[i].key);

		if (value) {
			add_word(search, line, keys[i].kind, value);
		}
	}
}

/* An assignment that only a shell could follow, and has such a word in it. */
static void look_at_unknown(
	struct search *search, const struct boot_line *line, const char *remark) {
	static const char *const words[] = {"vfio", "pci-stub.ids", "blacklist="};

	for (size_t i = 0; i < COUNT(words); i++) {
		if (strstr(line->text, words[i])) {
			const struct remain remain = {.form = REMAIN_NO_FORM,
				.path = line->path,
				.number = line->number,
				.text = line->text,
				.why = (char *)"may give devices to VFIO"};

			remain_set(search->remains, remains_add(search->remains, &remain),
				REMAIN_BY_HAND, "%s", remark);
		}
	}
}

/* A file that is read in the middle of another: any word may be in it. */
static bool is_sourced(const struct boot_line *line) {
	return text_starts(line->text, ". ") || text_starts(line->text, ".\t") ||
	       text_starts(line->text, "source ");
}

static void look_at_sourced(struct search *search, const struct boot_line *line) {
	const struct remain remain = {.form = REMAIN_NO_FORM,
		.path = line->path,
		.number = line->number,
		.text = line->text,
		.why = (char *)"may give devices to VFIO"};

	remain_set(search->remains, remains_add(search->remains, &remain), REMAIN_BY_HAND,
		"only a shell could follow it: look yourself for VFIO in the file that it reads");
}

/* Is it in the configuration, whatever the kernel runs with? */
static bool is_next(const struct boot *boot, const char *word) {
	for (size_t i = 0; i < boot->next.count; i++) {
		if (command_line_same(boot->next.all[i].text, word)) {
			return true;
		}
	}
	return false;
}

/* Could the menu have the word still? Where it cannot be read, it could. */
static bool menu_may_have(const struct search *search, const char *word) {
	const char *path = search->boot->loader.loader->menu;
	AUTO_FREE char *data = NULL;

	return !path || file_read(search->root, path, MENU_MAX, &data, NULL) < 0 ||
	       strstr(data, word);
}

/* Is it one that would go, if it were in the configuration? */
static bool is_worth_it(enum word_kind kind, const char *value) {
	switch (kind) {
	case WORD_PICTURE:
		return hides_picture(value);
	case WORD_LOADS:
		return strstr(value, "vfio") != NULL;
	case WORD_USELESS:
		return strcmp(value, "0") == 0;
	case WORD_IDS:
	case WORD_BLACKLIST:
		break;
	}
	return true;
}

/* What was taken out of the configuration by somebody who made nothing of it. */
static void look_at_running(struct search *search) {
	const struct boot *boot = search->boot;

	for (size_t i = 0; boot->next_known && i < boot->running.count; i++) {
		const char *word = boot->running.names[i];

		for (size_t k = 0; k < COUNT(keys); k++) {
			const char *value = find_value(word, keys[k].key);

			search->remains->menu_old |= value && !is_next(boot, word) &&
						     is_worth_it(keys[k].kind, value) &&
						     menu_may_have(search, word);
		}
	}
}

/* Is it also in a file, which is then where it goes from? */
static bool is_in_file(const struct boot *boot, const char *word) {
	for (size_t i = 0; i < boot->next.count; i++) {
		const struct boot_line *line = &boot->next.all[i];

		if (line->kind == BOOT_LINE_WORD && strcmp(line->path, RUNNING) != 0 &&
			command_line_same(line->text, word)) {
			return true;
		}
	}
	return false;
}

/* Where the boot loader has it from is not known, or it is a program that keeps it. */
static void set_by_hand(struct search *search, struct remain *remain) {
	if (strcmp(remain->path, RUNNING) == 0) {
		remain_set(search->remains, remain, REMAIN_BY_HAND,
			"where the kernel's command line comes from is not known: take it off there");
	}
}

static void look_at_lines(struct search *search, const struct boot_lines *lines) {
	for (size_t i = 0; search->remains->r == 0 && i < lines->count; i++) {
		const struct boot_line *line = &lines->all[i];
		size_t before = search->remains->count;

		if (line->kind == BOOT_LINE_UNKNOWN && is_sourced(line)) {
			look_at_sourced(search, line);
		} else if (line->kind == BOOT_LINE_UNKNOWN) {
			look_at_unknown(search, line,
				"only a shell could follow it: take out yourself what is for VFIO");
		} else if (!strstr(line->path, "/zz-baton") &&
			   (strcmp(line->path, RUNNING) != 0 ||
				   !is_in_file(search->boot, line->text))) {
			look_at(search, line);
		}
		if (search->remains->count > before) {
			set_by_hand(search, &search->remains->all[before]);
		}
	}
}

/*
 * Those of kernels that do not run, too. An image-based system keeps the former entries as they
 * were: they are for going back to.
 */
static void look_at_entries(struct search *search) {
	const struct loader_source source = {.root = search->root};
	const struct loader *loader = search->boot->loader.loader;
	AUTO_BOOT_LINES struct boot_lines lines = {0};
	int r = loader->form != FORM_ENTRIES || loader->kind == LOADER_OSTREE
			? 0
			: loader_read_from(&source, loader, &lines);

	if (r < 0) {
		search->remains->r = r;
	}
	look_at_lines(search, &lines);
}

/* What the entry of a kernel that is still to come will be made of. */
static void look_at_next_kernels(struct search *search) {
	const struct loader_source source = {.root = search->root};
	AUTO_BOOT_LINES struct boot_lines lines = {0};
	int r = loader_read_templates(&source, search->boot->loader.loader, &lines);

	if (r < 0) {
		search->remains->r = r;
	}
	look_at_lines(search, &lines);
}

/* KERNEL_CMDLINE[linux-lts]+="quiet" is of one kernel; what is for all has been looked at. */
static int look_at_limine(void *context, const struct source_line *line) {
	struct search *search = context;
	const struct loader *loader = search->boot->loader.loader;

	if (text_starts(line->text, "KERNEL_CMDLINE") &&
		(strcmp(line->path, loader->file) != 0 ||
			!text_starts(line->text, loader->variables[0]))) {
		look_at_unknown(search,
			&(struct boot_line){.path = (char *)line->path,
				.number = line->number,
				.text = line->text},
			"of what Limine is told, baton changes only the words for all kernels in "
			"/etc/default/limine: take out yourself what is for VFIO");
	}
	return search->remains->r;
}

static void look_at_limines(struct search *search) {
	static const char *const directories[] = {"/etc/limine-entry-tool.d"};
	static const struct drop_ins all = {directories, COUNT(directories), ".conf"};
	const struct line_reader reader = {.found = look_at_limine, .context = search};
	int r;

	if (search->boot->loader.loader->kind != LOADER_LIMINE) {
		return;
	}
	r = lines_read(search->root, search->boot->loader.loader->file, &reader);
	r = r < 0 ? r : lines_read_all(search->root, &all, &reader);
	search->remains->r = r < 0 ? r : search->remains->r;
}

void search_words(struct search *search) {
	look_at_lines(search, &search->boot->next);
	look_at_entries(search);
	look_at_next_kernels(search);
	look_at_limines(search);
	look_at_running(search);
}
