// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <string.h>

#include "inventory/edid.h"

static void check_text(const char *text) {
	assert(strlen(text) < EDID_TEXT_SIZE);
	for (; *text; text++) {
		assert(*text >= ' ' && *text <= '~');
	}
}

/* What is read of one is printable, and depends on its first block alone. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct edid edid, again;

	if (edid_parse(data, size, &edid) < 0) {
		return 0;
	}
	assert(size >= 128);
	assert(strlen(edid.maker) == 3);
	check_text(edid.name);
	check_text(edid.serial);
	assert(edid_parse(data, 128, &again) == 0);
	assert(memcmp(&edid, &again, sizeof(edid)) == 0);
	return 0;
}
