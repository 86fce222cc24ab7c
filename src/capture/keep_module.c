// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/keep.h"

#include <fnmatch.h>
#include <string.h>

#define PATTERN_SIZE 256

/* "pci:v000010DEd*...": for one of our devices, or a variant of VFIO's. */
static bool fits(const struct keeping *keeping, const char *pattern) {
	const struct names *ours = &keeping->keeper->modaliases;

	if (text_starts(pattern, "vfio_pci:")) {
		return true;
	}
	if (!text_starts(pattern, "pci:")) {
		return false;
	}
	for (size_t i = 0; i < ours->count; i++) {
		if (fnmatch(pattern, ours->names[i], 0) == 0) {
			return true;
		}
	}
	return false;
}

int keep_aliases(const struct keeping *keeping, struct text *ret) {
	int r = 0;

	for (const char *line = keeping->data; *line && r == 0; line = text_next_line(line)) {
		static const char key[] = "alias ";
		const char *begin = line + strlen(key);
		size_t length = text_starts(line, key) ? strcspn(begin, " \n") : 0;
		char pattern[PATTERN_SIZE];

		if (length > 0 && length < sizeof(pattern) &&
			name_format(pattern, sizeof(pattern), "%.*s", (int)length, begin) == 0 &&
			fits(keeping, pattern)) {
			r = text_add(ret, "%.*s\n", (int)strcspn(line, "\n"), line);
		}
	}
	return r;
}

/* "MODULE.alias=PATTERN", each with its zero. */
int keep_builtin(const struct keeping *keeping, struct text *ret) {
	const char *end = keeping->data + keeping->length;
	int r = 0;

	for (const char *word = keeping->data; word < end && r == 0;) {
		size_t size = strnlen(word, (size_t)(end - word)) + 1;
		const char *pattern = strstr(word, ".alias=");

		if (pattern && fits(keeping, pattern + strlen(".alias="))) {
			r = text_append(ret, word, size);
		}
		word += size;
	}
	return r;
}
