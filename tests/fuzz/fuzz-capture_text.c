// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <stdlib.h>

#include "base/macros.h"
#include "capture/text.h"

static void check_path(const char *path) {
	assert(path[0] == '/' && strlen(path) < TEXT_PATH_MAX);
	assert(!strstr(path, "//") && !strstr(path, "/./") && !strstr(path, "/../"));
	assert(strcmp(strrchr(path, '/'), "/..") != 0 && strcmp(strrchr(path, '/'), "/.") != 0);
}

static int see_directory(void *context, const char *path) {
	(void)context;
	check_path(path);
	return 0;
}

static int see_file(void *context, const char *path, const char *data, size_t length) {
	size_t *left = context;

	check_path(path);
	assert(length == 0 || data);
	assert(length <= *left);
	return 0;
}

static int see_link(void *context, const char *path, const char *target) {
	(void)context;
	check_path(path);
	assert(target[0]);
	return 0;
}

static int see_mode(void *context, const char *path, unsigned int mode) {
	(void)context;
	check_path(path);
	assert(mode <= 0777);
	return 0;
}

/* Whatever stands in it, only sound paths are made, and no file is larger than the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	size_t left = size + 1;
	const struct text_sink sink = {
		.directory = see_directory,
		.file = see_file,
		.link = see_link,
		.mode = see_mode,
		.context = &left,
	};
	AUTO_FREE char *text = malloc(size + 1);
	struct error error;

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	(void)!text_read(text, size, &sink, &error);
	return 0;
}
