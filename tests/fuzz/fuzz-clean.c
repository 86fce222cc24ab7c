// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <string.h>

#include "base/macros.h"
#include "inventory/clean.h"

/* What is clean stays as it is, has no control characters, and is cut only where it has to be. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_FREE char *text = strndup((const char *)data, size);
	char small[16], large[LABEL_SIZE], again[LABEL_SIZE];

	assert(text);
	clean_set(small, sizeof(small), text);
	clean_set(large, sizeof(large), text);
	assert(strlen(small) < sizeof(small) && strlen(large) < sizeof(large));
	for (const char *c = large; *c; c++) {
		assert((unsigned char)*c >= ' ' && *c != 0x7f);
	}
	clean_set(again, sizeof(again), large);
	assert(strcmp(again, large) == 0);
	return 0;
}
