// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <stdlib.h>

#include "setup/boot/take_out.h"

static char *all[] = {(char *)"vfio", (char *)"vfio_pci", (char *)"vfio-pci", (char *)"10de:1f08"};
static const struct names words = {all, COUNT(all)};

/* Nothing comes in, and all that stays is in its order. */
static void check(int r, const char *data, size_t length, const struct text *after) {
	size_t at = 0;

	if (r < 0) {
		assert(!after->data);
		return;
	}
	assert(after->length < length);
	for (size_t i = 0; i < after->length; i++, at++) {
		while (at < length && data[at] != after->data[i]) {
			at++;
		}
		assert(at < length);
	}
}

static void try_lists(const char *data, size_t length, unsigned int number) {
	static const char *const variables[] = {"MODULES", "A"};

	for (size_t i = 0; i < COUNT(variables); i++) {
		const struct take_place place = {
			.data = data, .length = length, .line = {.number = number}};
		AUTO_TEXT struct text after = {0};

		check(take_from_list(&place, variables[i], &words, &after), data, length, &after);
	}
}

struct trial {
	const char *data;
	size_t length;
	bool wrapped;
};

/* Each line that a reader gets is found again. */
static void try_line(const struct trial *trial, const struct take_place *place) {
	AUTO_TEXT struct text line = {0}, ids = {0}, softdep = {0}, yaml = {0};
	int r = take_line(place, &line);

	assert(r == 0);
	check(r, trial->data, trial->length, &line);
	check(take_ids(place, &words, &ids), trial->data, trial->length, &ids);
	check(take_softdep(place, &softdep), trial->data, trial->length, &softdep);
	check(take_from_yaml(place, &words, &yaml), trial->data, trial->length, &yaml);
}

static int found(void *context, const struct source_line *line) {
	const struct trial *trial = context;
	const struct take_place place = {.data = trial->data,
		.length = trial->length,
		.line = *line,
		.wrapped = trial->wrapped};

	try_line(trial, &place);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	const char *text = (const char *)data;

	for (unsigned int number = 1; number < 4; number++) {
		try_lists(text, size, number);
	}
	for (int wrapped = 0; wrapped < 2; wrapped++) {
		struct trial trial = {text, size, wrapped};
		const struct line_reader reader = {found, &trial, wrapped};

		if (!memchr(text, '\0', size)) {
			AUTO_FREE char *copy = strndup(text, size);

			assert(copy && lines_parse(copy, "/x", &reader) == 0);
		}
	}
	return 0;
}
