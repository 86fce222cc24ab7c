// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/macros.h"
#include "fuzz.h"

/*
 * Replays a corpus, so that every input that once mattered is a test also where there is no
 * libFuzzer. usage: fuzz-NAME CORPUS
 */

#define INPUT_MAX ((size_t)16 << 20)

/* The parser gets a copy of just the input's length, so that reading past it is noticed. */
static int replay(int corpus, const char *name) {
	AUTO_FREE char *data = NULL;
	AUTO_FREE uint8_t *input = NULL;
	size_t length;

	if (file_read(corpus, name, INPUT_MAX, &data, &length) < 0) {
		return -1;
	}
	input = malloc(length ? length : 1);
	if (!input) {
		return -1;
	}
	memcpy(input, data, length);
	return LLVMFuzzerTestOneInput(input, length);
}

int main(int argc, char **argv) {
	AUTO_NAMES struct names names = {0};
	AUTO_CLOSE int corpus = argc == 2 ? root_open(argv[1]) : -1;

	if (corpus < 0 || names_read(corpus, ".", &names) < 0 || names.count == 0) {
		fprintf(stderr, "usage: %s CORPUS, a directory with inputs\n", argv[0]);
		return 2;
	}
	for (size_t i = 0; i < names.count; i++) {
		if (replay(corpus, names.names[i]) != 0) {
			fprintf(stderr, "cannot replay %s\n", names.names[i]);
			return 1;
		}
	}
	printf("%zu inputs replayed\n", names.count);
	return 0;
}
