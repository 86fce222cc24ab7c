// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "setup/record.h"

/* What is accepted is written as it was read, comments and empty lines aside. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_CHANGES struct changes changes = {0}, again = {0};
	AUTO_TEXT struct text text = {0};
	struct error error = {{0}};

	if (record_parse("install", (const char *)data, size, &changes, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	for (size_t i = 0; i < changes.count; i++) {
		const struct change *change = &changes.items[i];

		assert(change->value[0]);
		assert(change->kind == CHANGE_HOOKSCRIPT || change->subject[0] == '/');
		assert(!strstr(change->subject, "/../") && !strstr(change->subject, "//"));
	}
	if (record_format(&changes, &text) < 0 ||
		record_parse("install", text.data, text.length, &again, &error) < 0) {
		abort();
	}
	assert(again.count == changes.count);
	for (size_t i = 0; i < changes.count; i++) {
		assert(change_same(&changes.items[i], &again.items[i]));
	}
	return 0;
}
