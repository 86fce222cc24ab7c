// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/loader.h"

#include <errno.h>
#include <string.h>

#include "inventory/boot/command_line.h"
#include "inventory/boot/variables.h"

/* The words that the next boot is to have, by the form in which they stand. */

#define FILE_MAX_SIZE (1U << 20)
#define FILES_MAX     1024 /* in one directory */

/* As it is to be, or as it is. */
static int read_file(
	const struct loader_source *source, const char *path, char **ret, size_t *ret_length) {
	const struct text *planned =
		source->planned ? source->planned(source->context, path) : NULL;

	if (!planned) {
		return file_read(source->root, path, FILE_MAX_SIZE, ret, ret_length);
	}
	*ret = calloc(1, planned->length + 1);
	if (!*ret) {
		return -ENOMEM;
	}
	memcpy(*ret, planned->data, planned->length);
	if (ret_length) {
		*ret_length = planned->length;
	}
	return 0;
}

/* Adds the words of a text, each with where it stands. */
static int add_words(struct boot_lines *lines, const char *path, unsigned int number,
	const char *data, size_t length) {
	AUTO_NAMES struct names words = {0};
	int r = command_line_split(data, length, &words);

	for (size_t i = 0; r == 0 && i < words.count; i++) {
		r = boot_lines_add(lines, &(struct boot_line){.kind = BOOT_LINE_WORD,
						  .path = (char *)path,
						  .number = number,
						  .text = words.names[i]});
	}
	return r;
}

/* Each line's words; a line that begins with # is none. */
static int read_words(
	const struct loader_source *source, const char *path, struct boot_lines *lines) {
	AUTO_FREE char *data = NULL;
	unsigned int number = 0;
	int r = read_file(source, path, &data, NULL);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (const char *line = data; r == 0 && *line; line = text_next_line(line)) {
		number++;
		if (*line != '#') {
			r = add_words(lines, path, number, line, strcspn(line, "\n"));
		}
	}
	return r;
}

static int read_shell_file(
	const struct loader_source *source, const char *path, struct variables *variables) {
	AUTO_FREE char *data = NULL;
	size_t length = 0;
	int r = read_file(source, path, &data, &length);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	return variables_take(variables, path, data, length);
}

/* Calls back with each file of a directory that has the suffix. */
static int each_file(const struct loader_source *source, const char *directory, const char *suffix,
	int (*found)(const struct loader_source *source, const char *path, void *context),
	void *context) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(source->root, directory, &names);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	for (size_t i = 0; r == 0 && i < names.count && i < FILES_MAX; i++) {
		char path[512];

		/* Hidden ones are none for the shell's "*", nor for systemd-boot. */
		if (names.names[i][0] != '.' && text_ends(names.names[i], suffix) &&
			name_format(path, sizeof(path), "%s/%s", directory, names.names[i]) == 0) {
			r = found(source, path, context);
		}
	}
	return r;
}

static int read_shell_drop_in(const struct loader_source *source, const char *path, void *context) {
	return read_shell_file(source, path, context);
}

static int read_shell(
	const struct loader_source *source, const struct loader *loader, struct boot_lines *ret) {
	AUTO_FREE struct variables *variables = calloc(1, sizeof(*variables));
	int r = variables ? read_shell_file(source, loader->file, variables) : -ENOMEM;

	if (!variables) {
		return r;
	}
	if (r == 0 && loader_reads_drop_ins(source->root, loader)) {
		r = each_file(
			source, loader->directory, loader->suffix, read_shell_drop_in, variables);
	}
	for (size_t i = 0; r == 0 && i < COUNT(loader->variables) && loader->variables[i]; i++) {
		r = variables_words(variables, loader->variables[i], ret);
	}
	for (size_t i = 0; r == 0 && i < variables->sourced.count; i++) {
		r = boot_lines_add(ret, &variables->sourced.all[i]);
	}
	variables_free(variables);
	return r;
}

static int read_words_drop_in(const struct loader_source *source, const char *path, void *context) {
	return read_words(source, path, context);
}

/* mkinitcpio takes the files of the directory, and without any the file. */
static int read_drop_ins(
	const struct loader_source *source, const struct loader *loader, struct boot_lines *ret) {
	size_t before = ret->count;
	int r = each_file(source, loader->directory, loader->suffix, read_words_drop_in, ret);

	return r < 0 || ret->count > before ? r : read_words(source, loader->file, ret);
}

/* The entries that are read, and which of them are the running kernel's. */
struct entry_reading {
	bool only_kernel;
	bool found; /* one of the running kernel's */
	struct boot_lines *lines;
};

/* Is the kernel's release in the line that names the entry's version, or its image? */
static bool is_kernels(const char *data, const char *kernel) {
	for (const char *line = data; *line; line = text_next_line(line)) {
		size_t length = strcspn(line, "\n");

		if ((text_starts(line, "version") || text_starts(line, "linux")) && *kernel &&
			memmem(line, length, kernel, strlen(kernel))) {
			return true;
		}
	}
	return false;
}

static bool is_known(const struct boot_lines *lines, const char *word) {
	for (size_t i = 0; i < lines->count; i++) {
		if (strcmp(lines->all[i].text, word) == 0) {
			return true;
		}
	}
	return false;
}

/* Entries of several kernels mostly have the same words: each is wanted once, or everywhere. */
static int add_new_words(
	struct boot_lines *lines, const struct boot_lines *words, bool everywhere) {
	int r = 0;

	for (size_t i = 0; r == 0 && i < words->count; i++) {
		if (everywhere || !is_known(lines, words->all[i].text)) {
			r = boot_lines_add(lines, &words->all[i]);
		}
	}
	return r;
}

/* options root=UUID=... quiet */
static int read_entry(const struct loader_source *source, const char *path, void *context) {
	struct entry_reading *reading = context;
	AUTO_FREE char *data = NULL;
	AUTO_BOOT_LINES struct boot_lines words = {0};
	unsigned int number = 0;
	int r = read_file(source, path, &data, NULL);

	if (r < 0) {
		return r == -ENOMEM ? r : 0;
	}
	if (reading->only_kernel && !is_kernels(data, source->kernel)) {
		return 0;
	}
	reading->found = true;
	for (const char *line = data; r == 0 && *line; line = text_next_line(line)) {
		static const char key[] = "options";
		size_t blanks = strspn(line, " \t");

		number++;
		if (text_starts(line + blanks, key) && strchr(" \t", line[blanks + strlen(key)])) {
			size_t at = blanks + strlen(key);

			r = add_words(&words, path, number, line + at, strcspn(line + at, "\n"));
		}
	}
	return r < 0 ? r : add_new_words(reading->lines, &words, !source->kernel);
}

static int read_entries(const struct loader_source *source, struct boot_lines *ret) {
	struct entry_reading reading = {.only_kernel = source->kernel != NULL, .lines = ret};
	const char *directory = loader_entries(source->root);
	int r = directory ? each_file(source, directory, ".conf", read_entry, &reading) : 0;

	if (r < 0 || reading.found || !directory) {
		return r;
	}
	reading.only_kernel = false;
	return each_file(source, directory, ".conf", read_entry, &reading);
}

int loader_read_from(
	const struct loader_source *source, const struct loader *loader, struct boot_lines *ret) {
	switch (loader->form) {
	case FORM_LINES:
	case FORM_NONE:
		break;
	case FORM_SHELL:
		return read_shell(source, loader, ret);
	case FORM_WORDS:
		/* Without the file, kernel-install goes by what the machine runs with. */
		return file_exists(source->root, loader->file)
			       ? read_words(source, loader->file, ret)
			       : read_entries(source, ret);
	case FORM_DROP_INS:
		return read_drop_ins(source, loader, ret);
	case FORM_ENTRIES:
		return read_entries(source, ret);
	}
	return 0;
}

int loader_read(int root, const struct loader *loader, const char *kernel, struct boot_lines *ret) {
	const struct loader_source source = {.root = root, .kernel = kernel};

	return loader_read_from(&source, loader, ret);
}
