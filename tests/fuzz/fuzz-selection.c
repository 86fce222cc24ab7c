// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <stdlib.h>

#include "base/macros.h"
#include "request/configuration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static const char text[] = "[card gpu]\naddress = 01:00\n";
	AUTO_FREE char *word = strndup((const char *)data, size);
	struct configuration configuration;
	struct selection selections[SELECTIONS_MAX];
	struct error error = {{0}};
	size_t count;

	assert(word);
	configuration_init(&configuration);
	if (configuration_parse("a.conf", text, strlen(text), &configuration, &error) < 0) {
		abort();
	}
	if (selection_parse(word, &configuration, selections, SELECTIONS_MAX, &count, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	assert(count == 1 && selections[0].address.slot <= 31);
	assert(selections[0].address.function <= (selections[0].whole_slot ? 0 : 7));
	return 0;
}
