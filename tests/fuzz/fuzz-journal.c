// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "run/journal.h"
#include "run/line.h"

static void parse(const char *data, size_t length) {
	AUTO_JOURNAL struct journal *journal = calloc(1, sizeof(*journal));
	struct error error = {{0}};
	int r;

	assert(journal);
	r = journal_parse(data, length, journal, &error);
	if (r < 0) {
		assert(r == -EBADMSG && error.text[0]);
		return;
	}
	assert(journal->device_count <= PLAN_DEVICES_MAX);
	assert(journal->record_count <= PLAN_STEPS_MAX);
	assert(journal_depth(journal) <= journal->record_count);
	for (size_t i = 0; i < journal->record_count; i++) {
		char text[STEP_TEXT_SIZE];
		struct step step;
		int same = step_parse(step_format(&journal->records[i].step, text), &step);

		assert(same == 0);
	}
}

static int add(struct text *text, unsigned int number, const char *format, ...) PRINTF(3, 4);

static int add(struct text *text, unsigned int number, const char *format, ...) {
	va_list args;
	int r;

	va_start(args, format);
	r = line_format(number, format, args, text);
	va_end(args);
	return r;
}

/*
 * Once as it is: the checksums then refuse nearly everything. Once with number and checksum put in
 * front of each line, to reach what stands behind them.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	AUTO_TEXT struct text text = {0};
	const char *rest = (const char *)data;
	unsigned int number = 0;

	parse(rest, size);
	while (size > 0) {
		const char *newline = memchr(rest, '\n', size);
		size_t length = newline ? (size_t)(newline - rest) : size;
		size_t taken = length + (newline != NULL);
		int r = add(&text, ++number, "%.*s", (int)length, rest);

		assert(r == 0);
		rest += taken;
		size -= taken;
	}
	if (text.data) {
		parse(text.data, text.length);
	}
	return 0;
}
