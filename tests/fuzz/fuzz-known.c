// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <stdlib.h>

#include "plan/known.h"

/* What is accepted is written as it was read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_TEXT struct text text = {0};
	struct error error = {{0}};
	struct known known, again;

	if (known_parse((const char *)data, size, &known, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	assert(known.guest[0] && known.device_count <= REQUEST_DEVICES_MAX);
	if (known_format(&known, &text) < 0 ||
		known_parse(text.data, text.length, &again, &error) < 0) {
		abort();
	}
	assert(known_same(&known, &again));
	return 0;
}
