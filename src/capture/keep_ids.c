// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/keep.h"

#include <ctype.h>
#include <string.h>

/* Of a vendor, a device, a subsystem, or a class: does a device of ours have it? */
struct wanted {
	const struct host *host;
	unsigned int vendor, device;
	bool is_class, section, entry;
};

static bool has_ids(
	const struct wanted *wanted, unsigned int subsystem_vendor, unsigned int subsystem_device) {
	for (size_t i = 0; i < wanted->host->device_count; i++) {
		const struct identity *is = &wanted->host->devices[i].identity;

		if (is->vendor == wanted->vendor && is->device == wanted->device &&
			is->subsystem_vendor == subsystem_vendor &&
			is->subsystem_device == subsystem_device) {
			return true;
		}
	}
	return false;
}

static bool has_device(const struct wanted *wanted, unsigned int vendor, unsigned int device) {
	for (size_t i = 0; i < wanted->host->device_count; i++) {
		const struct identity *is = &wanted->host->devices[i].identity;

		if (is->vendor == vendor && is->device == device) {
			return true;
		}
	}
	return false;
}

static bool has_vendor(const struct wanted *wanted, unsigned int vendor) {
	for (size_t i = 0; i < wanted->host->device_count; i++) {
		const struct identity *is = &wanted->host->devices[i].identity;

		if (is->vendor == vendor || is->subsystem_vendor == vendor) {
			return true;
		}
	}
	return false;
}

static bool has_class(const struct wanted *wanted, unsigned int base) {
	for (size_t i = 0; i < wanted->host->device_count; i++) {
		if (wanted->host->devices[i].class >> 16 == base) {
			return true;
		}
	}
	return false;
}

/* "10de " is an id: `digits` of them and a blank. Returns what follows; NULL: it is none. */
static const char *read_id(const char *at, size_t digits, unsigned int *ret) {
	unsigned int value = 0;

	for (size_t i = 0; i < digits; i++, at++) {
		unsigned char c = (unsigned char)*at;

		if (!isxdigit(c)) {
			return NULL;
		}
		value = value << 4 | (unsigned int)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	*ret = value;
	return *at == ' ' ? at + 1 : NULL;
}

/* "10de  NVIDIA", "\t2484  GA104", "\t\t1458 4000  ...", "C 03  Display", "\t00  VGA" */
static bool is_wanted(struct wanted *wanted, const char *line) {
	unsigned int id, other;

	if (line[0] != '\t') {
		wanted->is_class = line[0] == 'C' && line[1] == ' ';
		wanted->section =
			read_id(line + (wanted->is_class ? 2 : 0), wanted->is_class ? 2 : 4, &id) &&
			(wanted->is_class ? has_class(wanted, id) : has_vendor(wanted, id));
		wanted->vendor = wanted->section ? id : 0;
		return wanted->section;
	}
	if (!wanted->section || wanted->is_class) {
		return wanted->section;
	}
	if (line[1] != '\t') {
		wanted->entry = read_id(line + 1, 4, &id) && has_device(wanted, wanted->vendor, id);
		wanted->device = wanted->entry ? id : 0;
		return wanted->entry;
	}
	line = wanted->entry ? read_id(line + 2, 4, &id) : NULL;
	return line && read_id(line, 4, &other) && has_ids(wanted, id, other);
}

int keep_ids(const struct keeping *keeping, struct text *ret) {
	struct wanted wanted = {.host = keeping->keeper->host};
	int r = 0;

	for (const char *line = keeping->data; *line && r == 0; line = text_next_line(line)) {
		r = *line != '#' && *line != '\n' && is_wanted(&wanted, line)
			    ? text_add(ret, "%.*s\n", (int)strcspn(line, "\n"), line)
			    : 0;
	}
	return r;
}
