// SPDX-License-Identifier: GPL-2.0-or-later
#include "check/look.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "advise/shell.h"
#include "inventory/boot/command_line.h"

static bool is_wanted(const struct look *look, const char *id) {
	const struct names *only = look->on->only;

	for (size_t i = 0; only && i < only->count; i++) {
		if (strcmp(only->names[i], id) == 0) {
			return true;
		}
	}
	return !only;
}

void look_add(struct look *look, const char *id, const char *subject, const char *remedy,
	const char *reason, ...) {
	const struct check *check = check_find(id);
	AUTO_FREE char *text = NULL;
	va_list args;

	assert(check);
	look->skipped = !is_wanted(look, id);
	if (look->skipped) {
		return;
	}
	va_start(args, reason);
	if (vasprintf(&text, reason, args) < 0) {
		text = NULL;
	}
	va_end(args);
	if (!text) {
		look_keep(look, -ENOMEM);
		return;
	}
	findings_add(&look->findings, check->id, check->level, subject, remedy, "%s", text);
}

const char *look_command(struct look *look, const char *format, const char *word) {
	const char *place = strstr(format, "%s");
	int r;

	assert(place);
	text_free(&look->command);
	r = text_add(&look->command, "%.*s", (int)(place - format), format);
	r = r < 0 ? r : shell_word(word, &look->command);
	r = r < 0 ? r : text_add(&look->command, "%s", place + strlen("%s"));
	look_keep(look, r);
	return r < 0 ? NULL : look->command.data;
}

void look_at(struct look *look, const char *file, unsigned int line, const char *value) {
	if (!look->skipped) {
		findings_locate(&look->findings, file, line, value);
	}
}

void look_take(struct look *look, const struct findings *findings) {
	look_keep(look, findings_check(findings));
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (finding->id[0]) {
			look_add(look, finding->id, finding->subject, finding->remedy, "%s",
				finding->reason);
			look_at(look, finding->file, finding->line, finding->value);
		}
	}
}

void look_keep(struct look *look, int r) {
	if (r == -ENOMEM) {
		look->r = r;
	}
}

bool look_has_told(const struct look *look, const char *id, const char *file, unsigned int line) {
	for (size_t i = 0; i < look->findings.count; i++) {
		const struct finding *finding = &look->findings.items[i];

		if (strcmp(finding->id, id) == 0 && finding->file &&
			strcmp(finding->file, file) == 0 && finding->line == line) {
			return true;
		}
	}
	return false;
}

const char *look_argument(const struct look *look, const char *key) {
	return command_line_value(&look->boot.running, key);
}

bool look_has_argument(const struct look *look, const char *word) {
	return command_line_has(&look->boot.running, word);
}

bool look_line(const struct look *look, const char *path, char *ret, size_t size) {
	return file_read_line(look->root, path, ret, size) == 0;
}

bool look_runs(const struct look *look) {
	const char *name = look->on->name;

	for (size_t i = 0; name && i < look->host->holder_count; i++) {
		if (strcmp(look->host->holders[i].who.guest, name) == 0) {
			return true;
		}
	}
	return false;
}

bool look_knows(const struct look *look, const char *directory) {
	AUTO_CLOSE int fd = dir_open(look->root, directory);

	return fd >= 0;
}

bool look_find(const struct look *look, const char *const *paths, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (file_exists(look->root, paths[i])) {
			return true;
		}
	}
	return false;
}

bool is_graphics(const struct device *device) {
	return device->class >> 16 == CLASS_DISPLAY && !device->is_virtual_function;
}

bool is_of_card(const struct host *host, const struct device *device) {
	for (size_t i = 0; i < host->device_count; i++) {
		if (is_graphics(&host->devices[i]) && !device_is_bridge(device) &&
			address_same_slot(host->devices[i].address, device->address)) {
			return true;
		}
	}
	return false;
}

bool is_on_host_driver(const struct device *device) {
	return device->driver[0] && !device->has_vfio_device &&
	       strcmp(device->driver, "vfio-pci") != 0 && strcmp(device->driver, "pci-stub") != 0;
}
