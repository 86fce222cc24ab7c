// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "early/assigned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct assigned_reader reader = {.data = (const char *)data, .length = size};
	struct assigned assigned, again;
	enum assigned_found found;
	unsigned int last = 0;

	while ((found = assigned_next(&reader, &assigned)) != ASSIGNED_END) {
		char line[ASSIGNED_LINE_SIZE];
		struct assigned_reader one = {.data = line};

		assert(reader.line > last && reader.at <= size);
		last = reader.line;
		if (found != ASSIGNED_FOUND) {
			continue;
		}
		/* It names a file of sysfs, and what is written is read. */
		assert(!strchr(assigned.address, '/') && assigned.address[0] != '.');
		assigned_format(&assigned, line);
		one.length = strlen(line);
		assert(assigned_next(&one, &again) == ASSIGNED_FOUND);
		assert(memcmp(&assigned, &again, sizeof(again)) == 0);
	}
	return 0;
}
