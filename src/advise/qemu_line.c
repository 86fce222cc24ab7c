// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/qemu_line.h"

#include <string.h>

#include "request/line.h"

#define VALUE_SIZE CONF_VALUE_SIZE

/* The next line at *at that has an option: false at the end. What is longer is none of ours. */
bool qemu_line_next(const struct text *document, size_t *at, struct qemu_line *ret) {
	while (*at < document->length) {
		struct lines lines = {
			.rest = document->data + *at, .length = document->length - *at};
		struct qemu_line word = {.begin = *at};
		const char *blank;
		struct line line;
		size_t dashes = 0, length;

		if (!line_next(&lines, &line)) {
			return false;
		}
		*at = word.end = document->length - lines.length;
		while (dashes < line.length && dashes < 2 && line.text[dashes] == '-') {
			dashes++;
		}
		blank = memchr(line.text, ' ', line.length);
		length = blank ? (size_t)(blank - line.text) : line.length;
		if (dashes == 0 || word.begin == 0 ||
			name_format(word.option, sizeof(word.option), "%.*s",
				(int)(length - dashes), line.text + dashes) < 0) {
			continue;
		}
		if (blank && name_format(word.value, sizeof(word.value), "%.*s",
				     (int)(line.length - length - 1), blank + 1) < 0) {
			continue;
		}
		*ret = word;
		return true;
	}
	return false;
}

bool qemu_line_find(const struct text *document, const char *option, struct qemu_line *ret) {
	struct qemu_line word;
	size_t at = 0;
	bool found = false;

	while (qemu_line_next(document, &at, &word)) {
		if (strcmp(word.option, option) == 0) {
			*ret = word;
			found = true;
		}
	}
	return found;
}

bool qemu_line_is_device(const struct qemu_line *word, const char *driver) {
	char name[VALUE_SIZE];

	return strcmp(word->option, "device") == 0 &&
	       (property_get(word->value, NULL, name) ||
		       property_get(word->value, "driver", name)) &&
	       strcmp(name, driver) == 0;
}

bool qemu_line_address(const struct qemu_line *word, struct address *ret) {
	char host[VALUE_SIZE];

	if (!qemu_line_is_device(word, "vfio-pci")) {
		return false;
	}
	if (property_get(word->value, "sysfsdev", host)) {
		const char *slash = strrchr(host, '/');

		return slash && address_parse(slash + 1, ret) == 0;
	}
	return property_get(word->value, "host", host) && address_parse(host, ret) == 0;
}

enum model_chipset qemu_line_chipset(const struct text *document) {
	char type[VALUE_SIZE] = "";
	struct qemu_line word;

	if (qemu_line_find(document, "machine", &word) || qemu_line_find(document, "M", &word)) {
		(void)(property_get(word.value, NULL, type) ||
			property_get(word.value, "type", type));
	}
	if (strstr(type, "q35")) {
		return CHIPSET_Q35;
	}
	return !type[0] || strcmp(type, "pc") == 0 || text_starts(type, "pc-") ? CHIPSET_I440FX
									       : CHIPSET_OTHER;
}
