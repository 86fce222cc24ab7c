// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/boot/plan.h"

#include <stdlib.h>
#include <string.h>

bool boot_file_changes(const struct boot_file *file) {
	if (file->gone) {
		return file->was;
	}
	return !file->was || file->before.length != file->after.length ||
	       (file->before.length > 0 &&
		       memcmp(file->before.data, file->after.data, file->before.length) != 0);
}

bool boot_plan_changes(const struct boot_plan *plan) {
	for (size_t i = 0; i < plan->file_count; i++) {
		if (boot_file_changes(&plan->files[i])) {
			return true;
		}
	}
	return false;
}

static void file_free(struct boot_file *file) {
	free(file->path);
	text_free(&file->before);
	text_free(&file->after);
}

void boot_plan_free(struct boot_plan *plan) {
	names_free(&plan->words);
	names_free(&plan->with);
	names_free(&plan->without);
	names_free(&plan->directories);
	for (size_t i = 0; i < plan->file_count; i++) {
		file_free(&plan->files[i]);
	}
	for (size_t i = 0; i < plan->command_count; i++) {
		names_free(&plan->commands[i].words);
	}
	free(plan->files);
	free(plan->commands);
	*plan = (struct boot_plan){0};
}

struct boot_file *boot_plan_add_file(struct boot_plan *plan) {
	struct boot_file *larger = NULL;

	if (plan->file_count < BOOT_FILES_MAX) {
		larger = reallocarray(plan->files, plan->file_count + 1, sizeof(*larger));
	}
	if (!larger) {
		return NULL;
	}
	plan->files = larger;
	larger[plan->file_count] = (struct boot_file){0};
	return &larger[plan->file_count++];
}

struct boot_command *boot_plan_add_command(struct boot_plan *plan, enum boot_way way) {
	struct boot_command *larger = NULL;

	if (plan->command_count < BOOT_COMMANDS_MAX) {
		larger = reallocarray(plan->commands, plan->command_count + 1, sizeof(*larger));
	}
	if (!larger) {
		return NULL;
	}
	plan->commands = larger;
	larger[plan->command_count] = (struct boot_command){.way = way};
	return &larger[plan->command_count++];
}
