// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/boot_stale.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "inventory/boot/command_line.h"
#include "setup/boot/clean.h"

#define MODULE "vfio_pci"
#define DRIVER "vfio-pci"

bool boot_is_planned(const struct plan *plan, struct address address) {
	for (size_t i = 0; i < plan->device_count; i++) {
		if (address_compare(plan->devices[i].address, address) == 0) {
			return true;
		}
	}
	return false;
}

/* A word is the same one wherever it stands; it is gone if it goes from everywhere. */
static bool is_it(const struct boot_line *line, const struct remain *remain) {
	if (line->kind == BOOT_LINE_WORD && remain->form == REMAIN_WORD) {
		return command_line_same(line->text, remain->text);
	}
	return remain->number == line->number && strcmp(remain->path, line->path) == 0 &&
	       (line->number == 0 || strcmp(remain->text, line->text) == 0);
}

/* What becomes of it, or NULL: nothing. Of several, one that does not go. */
static const struct remain *find_remain(
	const struct boot_line *line, const struct remains *remains) {
	const struct remain *found = NULL;

	for (size_t i = 0; i < remains->count; i++) {
		const struct remain *remain = &remains->all[i];

		if (is_it(line, remain) && (!found || remain->fate != REMAIN_GOES)) {
			found = remain;
		}
	}
	return found;
}

bool boot_line_goes(const struct boot_line *line, const struct remains *cleaned) {
	const struct remain *remain = cleaned ? find_remain(line, cleaned) : NULL;

	return remain && remain->fate == REMAIN_GOES;
}

/* Does it give vfio-pci ids of the device, once that is loaded first? */
static bool gives(const struct boot_line *line, const struct device *device) {
	if (!line->module || strcmp(line->module, MODULE) != 0) {
		return false;
	}
	if (line->kind == BOOT_LINE_WORD) {
		return rebinder_words_match(line->text, MODULE ".ids", device);
	}
	return (line->kind == BOOT_LINE_OPTIONS || line->kind == BOOT_LINE_EARLY) &&
	       rebinder_words_match(line->text, "ids", device);
}

static const struct boot_line *find_giving(const struct boot_lines *lines,
	const struct device *device, const struct remains *cleaned) {
	for (size_t i = 0; i < lines->count; i++) {
		if (gives(&lines->all[i], device) && !boot_line_goes(&lines->all[i], cleaned)) {
			return &lines->all[i];
		}
	}
	return NULL;
}

/* vfio-pci takes no bridge to another bus, and of a host's bridge nobody misses anything. */
static bool is_of_no_matter(const struct device *device) {
	return device->header_type != 0 || (device_is_bridge(device) && !device->driver[0]);
}

/* The line that has vfio-pci take what nobody has assigned, or NULL. */
static const struct boot_line *find_stale(const struct boot *boot, const struct plan *plan,
	const struct device *device, const struct remains *cleaned) {
	const struct boot_line *line;

	if (strcmp(device->driver, DRIVER) == 0 || is_of_no_matter(device) ||
		boot_is_planned(plan, device->address) ||
		assignments_find(&boot->assigned, device)) {
		return NULL;
	}
	line = find_giving(&boot->lines, device, cleaned);
	return line ? line : find_giving(&boot->next, device, cleaned);
}

/* What `baton boot clean` would come to. What it cannot even plan, it says itself. */
static int read_cleaned(
	const struct planning *planning, const struct host *host, struct remains *ret) {
	AUTO_BOOT_PLAN struct boot_plan plan = {0};
	const struct remains_wanted wanted = {.all = true};
	struct error error = {0};
	struct planning clean = {planning->root, planning->owner, planning->boot, &plan, &error};
	int r = remains_find(planning->root, host, planning->boot, &wanted, ret, &error);

	return r < 0 ? r : planning_clean(&clean, ret);
}

/* "run `baton boot clean` first", unless that leaves the line to a person. */
static int add_remedy(const struct planning *planning, const struct host *host,
	const struct boot_line *line, struct text *ret) {
	AUTO_REMAINS struct remains cleaned = {0};
	const struct remain *remain = NULL;
	int r = read_cleaned(planning, host, &cleaned);

	if (r == 0) {
		remain = find_remain(line, &cleaned);
	}
	if (r < 0 || (remain && remain->fate == REMAIN_GOES)) {
		return text_add(ret, ": run `baton boot clean` first");
	}
	return text_add(ret, ", which `baton boot clean` leaves to you: %s",
		remain && remain->remark ? remain->remark : "take it out of that file first");
}

static enum result refuse(const struct planning *planning, const struct host *host,
	const struct device *device, const struct boot_line *line) {
	AUTO_TEXT struct text remedy = {0};
	char number[16] = "";
	struct error error;

	if (line->number > 0) {
		(void)!name_format(number, sizeof(number), ":%u", line->number);
	}
	if (add_remedy(planning, host, line, &remedy) < 0) {
		error_set(&error, -ENOMEM, "out of memory");
		return command_fail(RESULT_REFUSED, &error);
	}
	error_set(&error, -EPERM,
		"%s%s%s%s would become vfio-pci's, too, which is loaded before any other driver "
		"from then on: %s%s gives it its ids%s",
		device->name, device->driver[0] ? " (" : "", device->driver,
		device->driver[0] ? ")" : "", line->path, number, remedy.data);
	return command_fail(RESULT_REFUSED, &error);
}

enum result boot_check_stale(const struct planning *planning, const struct host *host,
	const struct plan *plan, const struct remains *cleaned) {
	for (size_t i = 0; i < host->device_count; i++) {
		const struct device *device = &host->devices[i];
		const struct boot_line *line = find_stale(planning->boot, plan, device, cleaned);

		if (line) {
			return refuse(planning, host, device, line);
		}
	}
	return RESULT_DONE;
}
