// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "inventory/boot/shell.h"

static const char *find_nothing(void *context, const char *name, size_t length) {
	(void)context;
	assert(length > 0 && name[0] != '{');
	return "";
}

static void find_sources(const char *data, size_t size) {
	struct shell_reader reader = {.data = data, .length = size};
	struct shell_source found = {0};
	size_t end = 0;

	while (shell_source_next(&reader, &found)) {
		assert(found.length > 0 && found.at >= end && found.at + found.length <= size);
		assert(data[found.at] == '.' || data[found.at] == 's');
		end = found.at + 1;
	}
	assert(reader.at == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct shell_reader reader = {.data = (const char *)data, .length = size};
	struct shell_assignment found = {0};
	size_t end = 0;
	unsigned int line = 0;

	find_sources(reader.data, size);
	while (shell_assignment_next(&reader, &found)) {
		AUTO_TEXT struct text value = {0};

		/* One after the other, and within the file. */
		assert(found.name_length > 0 && found.name_at >= end && found.line >= line);
		assert(found.value_at > found.name_at + found.name_length);
		end = found.value_at + found.value_length;
		line = found.line;
		assert(end <= size);
		if (shell_expand(reader.data + found.value_at, found.value_length, find_nothing,
			    NULL, &value) == 0) {
			/* Nothing comes out of nothing. */
			assert(value.length <= found.value_length);
		}
	}
	assert(reader.at == size);
	return 0;
}
