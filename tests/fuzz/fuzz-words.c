// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "base/macros.h"
#include "request/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_FREE char *text = strndup((const char *)data, size);
	AUTO_NAMES struct names words = {0};
	struct error error = {{0}};
	size_t length = 0;

	assert(text);
	if (words_split(text, &words, &error) < 0) {
		assert(error.text[0] && words.count == 0);
		return 0;
	}
	assert(words.count <= WORDS_MAX);
	/* A word has a byte of its own in the text, or the quotes of an empty one. */
	for (size_t i = 0; i < words.count; i++) {
		length += strlen(words.names[i]);
	}
	assert(length <= strlen(text) && words.count <= strlen(text));
	return 0;
}
