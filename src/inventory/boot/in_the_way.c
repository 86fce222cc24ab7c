// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "inventory/boot/contest.h"

/* What keeps the host from using a device, or may. */

static int add_line(struct boot_device *device, const struct boot_line *line) {
	return boot_lines_add(&device->lines, line);
}

static int add_rebinder(struct boot_device *device, const struct rebinder *rebinder) {
	return add_line(device, &(struct boot_line){.kind = BOOT_LINE_OPTIONS,
					.path = rebinder->path,
					.number = rebinder->line,
					.text = rebinder->text,
					.module = (char[]){VFIO_MODULE}});
}

static bool fits_device(const struct contest *contest, const char *module) {
	for (size_t i = 0; i < contest->modules->count; i++) {
		if (strcmp(contest->modules->names[i], module) == 0) {
			return true;
		}
	}
	return false;
}

static int add_assigned(const struct contest *contest) {
	const struct assignment *assigned =
		assignments_find(&contest->boot->assigned, contest->device->device);
	char text[ASSIGNED_LINE_SIZE], path[] = ASSIGNED_FILE;

	if (!assigned) {
		return 0;
	}
	assigned_format(&assigned->what, text);
	text[strcspn(text, "\n")] = '\0';
	return add_line(contest->device, &(struct boot_line){.kind = BOOT_LINE_ASSIGNED,
						 .path = path,
						 .number = assigned->line,
						 .text = text});
}

int contest_gather_lines(struct contest *contest) {
	const struct boot_lines *lines = &contest->boot->lines;
	bool has_driver = contest->natural[0];
	int r = add_assigned(contest);

	for (size_t i = 0; r == 0 && i < contest->rebinders.count; i++) {
		const struct rebinder *one = &contest->rebinders.all[i];

		if (one->kind != REBINDER_HOOK &&
			(one->kind != REBINDER_COMMAND_LINE || contest->argument_ids)) {
			r = add_rebinder(contest->device, one);
		}
	}
	if (r == 0 && contest->next_ids.text) {
		r = add_line(contest->device, &contest->next_ids);
	}
	if (r == 0 && contest->early && contest->early->kind != BOOT_LINE_BEFORE &&
		contest->early->kind != BOOT_LINE_ASSIGNED &&
		contest->device->winner == WINNER_VFIO && !contest->driverctl) {
		r = add_line(contest->device, contest->early);
	}
	for (size_t i = 0; r == 0 && i < lines->count; i++) {
		const struct boot_line *line = &lines->all[i];
		bool fits = line->module && fits_device(contest, line->module);

		/* nouveau is kept away wherever NVIDIA's driver is. */
		if (boot_line_fits(line, contest->device->device->modalias) ||
			(fits && (line->kind == BOOT_LINE_BEFORE ||
					 (boot_line_keeps_away(line) && !has_driver)))) {
			r = add_line(contest->device, line);
		}
	}
	return r;
}
