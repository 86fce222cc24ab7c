// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "base/macros.h"
#include "request/qemu/arguments.h"

#define FUZZED_WORDS_MAX 64

/* The words are lines of the input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_FREE char *text = strndup((const char *)data, size);
	const char *words[FUZZED_WORDS_MAX];
	struct qemu_arguments arguments;
	struct error error = {{0}};
	size_t count = 0;
	char *rest = text;

	assert(text);
	while (rest && count < FUZZED_WORDS_MAX) {
		words[count++] = strsep(&rest, "\n");
	}
	if (qemu_arguments_parse(words, count, &arguments, &error) < 0) {
		assert(error.text[0]);
		return 0;
	}
	assert(arguments.device_count <= count / 2 && arguments.config_count <= QEMU_CONFIGS_MAX);
	assert(strlen(arguments.name) < QEMU_NAME_SIZE);
	assert(!arguments.pidfile || arguments.pidfile[0]);
	for (size_t i = 0; i < arguments.device_count; i++) {
		assert(arguments.devices[i].slot <= 31 && arguments.devices[i].function <= 7);
	}
	return 0;
}
