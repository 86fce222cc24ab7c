// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/boot/variables.h"

#include <errno.h>
#include <string.h>

#include "inventory/boot/command_line.h"

/* An assignment that is being carried out. */
struct setting {
	struct variables *variables;
	struct variable *variable;
	const char *path;
	const struct shell_reader *shell;
	const struct shell_assignment *assignment;
};

static struct variable *find_variable(
	struct variables *variables, const char *name, size_t length) {
	for (size_t i = 0; i < variables->count; i++) {
		struct variable *variable = &variables->all[i];

		if (strlen(variable->name) == length && memcmp(variable->name, name, length) == 0) {
			return variable;
		}
	}
	return NULL;
}

static bool has_unknown(const struct variable *variable) {
	for (size_t i = 0; i < variable->words.count; i++) {
		if (variable->words.all[i].kind == BOOT_LINE_UNKNOWN) {
			return true;
		}
	}
	return false;
}

/* What is not known of the variable itself stays noted with it. */
static const char *find_value(void *context, const char *name, size_t length) {
	const struct setting *setting = context;
	const struct variable *variable = find_variable(setting->variables, name, length);

	if (variable && variable != setting->variable && has_unknown(variable)) {
		return NULL;
	}
	return variable && variable->value ? variable->value : "";
}

/* NULL: it is too long, or one too many. */
static struct variable *make_variable(
	struct variables *variables, const char *name, size_t length) {
	struct variable *variable = find_variable(variables, name, length);

	if (variable || variables->count == VARIABLES_MAX || length >= sizeof(variable->name)) {
		return variable;
	}
	variable = &variables->all[variables->count++];
	*variable = (struct variable){0};
	memcpy(variable->name, name, length);
	return variable;
}

/* Where a word stood that the variable had before; NULL: it is new. */
static const struct boot_line *find_word(const struct boot_lines *lines, const char *word) {
	for (size_t i = 0; i < lines->count; i++) {
		if (lines->all[i].kind == BOOT_LINE_WORD && strcmp(lines->all[i].text, word) == 0) {
			return &lines->all[i];
		}
	}
	return NULL;
}

static int add_unknown(struct boot_lines *lines, const char *path, unsigned int number,
	const char *data, size_t length) {
	AUTO_FREE char *text = strndup(data, length);

	return text ? boot_lines_add(lines, &(struct boot_line){.kind = BOOT_LINE_UNKNOWN,
						    .path = (char *)path,
						    .number = number,
						    .text = text})
		    : -ENOMEM;
}

/* The words of the new value, and what was not known and is still in it. */
static int note_words(const struct setting *setting, const char *value) {
	const struct shell_assignment *assignment = setting->assignment;
	struct variable *variable = setting->variable;
	const char *raw = setting->shell->data + assignment->value_at;
	bool keeps = assignment->append ||
		     memmem(raw, assignment->value_length, variable->name, strlen(variable->name));
	AUTO_BOOT_LINES struct boot_lines words = {0};
	AUTO_NAMES struct names split = {0};
	int r = command_line_split(value, strlen(value), &split);

	for (size_t i = 0; r == 0 && keeps && i < variable->words.count; i++) {
		if (variable->words.all[i].kind == BOOT_LINE_UNKNOWN) {
			r = boot_lines_add(&words, &variable->words.all[i]);
		}
	}
	for (size_t i = 0; r == 0 && i < split.count; i++) {
		const struct boot_line *former = find_word(&variable->words, split.names[i]);
		const struct boot_line line = {.kind = BOOT_LINE_WORD,
			.path = (char *)setting->path,
			.number = assignment->line,
			.text = split.names[i]};

		r = boot_lines_add(&words, former ? former : &line);
	}
	if (r == 0) {
		boot_lines_free(&variable->words);
		variable->words = words;
		words = (struct boot_lines){0};
	}
	return r;
}

static int set(struct setting *setting) {
	const struct shell_assignment *assignment = setting->assignment;
	const char *data = setting->shell->data;
	struct variable *variable = setting->variable = make_variable(
		setting->variables, data + assignment->name_at, assignment->name_length);
	size_t end = assignment->value_at + assignment->value_length;
	AUTO_TEXT struct text value = {0};
	int r = 0;

	if (!variable) {
		return 0;
	}
	if (assignment->append && variable->value) {
		r = text_append(&value, variable->value, strlen(variable->value));
	}
	r = r < 0 ? r
		  : shell_expand(data + assignment->value_at, assignment->value_length, find_value,
			    setting, &value);
	if (r == -EINVAL || (r == 0 && !assignment->certain)) {
		return add_unknown(&variable->words, setting->path, assignment->line,
			data + assignment->name_at, end - assignment->name_at);
	}
	r = r < 0 ? r : note_words(setting, value.data);
	if (r == 0) {
		free(variable->value);
		variable->value = TAKE(value.data);
	}
	return r;
}

/* ". FILE" */
static int note_sourced(
	struct variables *variables, const char *path, const char *data, size_t length) {
	struct shell_reader shell = {.data = data, .length = length};
	struct shell_source source;
	int r = 0;

	while (r == 0 && shell_source_next(&shell, &source)) {
		r = add_unknown(
			&variables->sourced, path, source.line, data + source.at, source.length);
	}
	return r;
}

int variables_take(struct variables *variables, const char *path, const char *data, size_t length) {
	struct shell_reader shell = {.data = data, .length = length};
	struct shell_assignment assignment;
	int r = note_sourced(variables, path, data, length);

	while (r == 0 && shell_assignment_next(&shell, &assignment)) {
		struct setting setting = {variables, NULL, path, &shell, &assignment};

		r = set(&setting);
	}
	return r;
}

int variables_words(struct variables *variables, const char *name, struct boot_lines *ret) {
	const struct variable *variable = find_variable(variables, name, strlen(name));
	int r = 0;

	for (size_t i = 0; r == 0 && variable && i < variable->words.count; i++) {
		r = boot_lines_add(ret, &variable->words.all[i]);
	}
	return r;
}

void variables_free(struct variables *variables) {
	for (size_t i = 0; i < variables->count; i++) {
		free(variables->all[i].value);
		boot_lines_free(&variables->all[i].words);
	}
	boot_lines_free(&variables->sourced);
}
