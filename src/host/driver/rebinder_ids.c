// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/rebinder.h"

#include <stdio.h>
#include <string.h>

#include "host/driver/modprobe.h"
#include "host/driver/module.h"

/*
 * Where vfio-pci gets ids from that it then has for every device that comes (drivers/vfio/pci).
 * What it was loaded with it shows nowhere: its parameter has no file.
 */

#define COMMAND_LINE     "/proc/cmdline"
#define COMMAND_LINE_MAX (64U << 10)
#define ANY              0xffffffffU

/* vfio_pci_fill_ids: hexadecimal, separated by colons. */
static bool id_matches(const char *id, const struct device *device) {
	const struct identity *is = &device->identity;
	unsigned int vendor, model = ANY, subsystem_vendor = ANY, subsystem = ANY, class = 0,
			     mask = 0;

	if (sscanf(id, "%8x:%8x:%8x:%8x:%8x:%8x", &vendor, &model, &subsystem_vendor, &subsystem,
		    &class, &mask) < 2) {
		return false;
	}
	return (vendor == ANY || vendor == is->vendor) && (model == ANY || model == is->device) &&
	       (subsystem_vendor == ANY || subsystem_vendor == is->subsystem_vendor) &&
	       (subsystem == ANY || subsystem == is->subsystem_device) &&
	       ((class ^ device->class) & mask) == 0;
}

bool rebinder_ids_match(const char *list, const struct device *device) {
	AUTO_FREE char *copy = strdup(list);
	char *rest = copy, *id;

	while (rest && (id = strsep(&rest, ", \t\n\"'"))) {
		if (*id && id_matches(id, device)) {
			return true;
		}
	}
	return false;
}

struct reading {
	const struct device *device;
	struct rebinders *rebinders;
};

/* Is it a word like "ids=...", and does the list have the device? */
static bool gives(char *word, const char *wanted, const struct device *device) {
	char *key = word, *value;

	key += strspn(key, "\"'");
	value = strchr(key, '=');
	if (!value) {
		return false;
	}
	*value++ = '\0';
	module_name_normalize(key);
	return strcmp(key, wanted) == 0 && rebinder_ids_match(value, device);
}

bool rebinder_words_match(const char *words, const char *key, const struct device *device) {
	AUTO_FREE char *copy = strdup(words);
	char *rest = NULL;

	for (char *word = copy ? strtok_r(copy, " \t", &rest) : NULL; word;
		word = strtok_r(NULL, " \t", &rest)) {
		if (gives(word, key, device)) {
			return true;
		}
	}
	return false;
}

/* options vfio-pci ids=10de:2484 disable_vga=1 */
static int look_at_line(void *context, const struct source_line *line) {
	struct reading *reading = context;
	AUTO_FREE char *copy = strdup(line->text);
	const struct rebinder rebinder = {.kind = REBINDER_MODPROBE,
		.path = (char *)line->path,
		.line = line->number,
		.text = line->text,
		.ids = true};
	char *rest = NULL, *word = copy ? strtok_r(copy, " \t", &rest) : NULL;

	if (!word || strcmp(word, "options") != 0 || !(word = strtok_r(NULL, " \t", &rest))) {
		return 0;
	}
	module_name_normalize(word);
	return strcmp(word, "vfio_pci") == 0 &&
			       rebinder_words_match(line->text, "ids", reading->device)
		       ? rebinders_add(reading->rebinders, &rebinder)
		       : 0;
}

static int read_command_line(int root, const struct device *device, struct rebinders *rebinders) {
	AUTO_FREE char *data = NULL;
	char *rest, *word;

	if (file_read(root, COMMAND_LINE, COMMAND_LINE_MAX, &data, NULL) < 0) {
		return 0;
	}
	for (rest = data; (word = strsep(&rest, " \t\n"));) {
		if (rebinder_words_match(word, "vfio_pci.ids", device)) {
			return rebinders_add(
				rebinders, &(struct rebinder){.kind = REBINDER_COMMAND_LINE,
						   .path = (char *)COMMAND_LINE,
						   .text = word,
						   .ids = true});
		}
	}
	return 0;
}

int rebinders_read_ids(int root, const struct device *device, struct rebinders *ret) {
	struct reading reading = {device, ret};
	const struct line_reader reader = {look_at_line, &reading};
	int r = modprobe_read(root, &reader);

	return r < 0 ? r : read_command_line(root, device, ret);
}
