// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/run.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/line.h"

/*
 * Beside the journal that is undone stand that of "a", which cannot be read, and that of "b", which
 * needs nvidia's module out too.
 */
struct shelf {
	struct ops ops;
	struct text b;
	unsigned int shared, missed;
};

static int list(struct ops *ops, struct names *ret, struct error *error) {
	*ret = (struct names){0};
	assert_int_equal(names_add(ret, "a"), 0);
	assert_int_equal(names_add(ret, "b"), 0);
	return 0;
}

static int read_one(
	struct ops *ops, const char *guest, char **ret, size_t *ret_length, struct error *error) {
	const struct shelf *shelf = (const struct shelf *)ops;

	if (strcmp(guest, "a") == 0) {
		return error_set(error, -EIO, "cannot read a");
	}
	*ret = strdup(shelf->b.data);
	assert_non_null(*ret);
	*ret_length = strlen(*ret);
	return 0;
}

static int append(
	struct ops *ops, const char *guest, const char *data, size_t length, struct error *error) {
	return 0;
}

static int discard(struct ops *ops, const char *guest, struct error *error) {
	return 0;
}

static int64_t oopses(struct ops *ops) {
	return -1;
}

static uint64_t now_us(struct ops *ops) {
	return 0;
}

static void tell(struct ops *ops, const struct event *event) {
	struct shelf *shelf = (struct shelf *)ops;

	shelf->shared += event->outcome == OUTCOME_SHARED;
	if (!event->step) {
		assert_int_equal(event->outcome, OUTCOME_LEFT_ALONE);
		assert_string_equal(
			event->detail, "what another guest needs so is not known: cannot read a");
		shelf->missed++;
	}
}

static void add_line(struct text *text, unsigned int number, const char *format, ...) PRINTF(3, 4);

static void add_line(struct text *text, unsigned int number, const char *format, ...) {
	va_list args;

	va_start(args, format);
	assert_int_equal(line_format(number, format, args, text), 0);
	va_end(args);
}

static void what_a_guest_needs_stays_beside_a_journal_that_cannot_be_read(void **state) {
	AUTO_JOURNAL struct journal *journal = calloc(1, sizeof(*journal));
	struct shelf shelf = {
		.ops = {.journal_list = list,
			.journal_read = read_one,
			.journal_append = append,
			.journal_remove = discard,
			.oopses = oopses,
			.now_us = now_us,
			.tell = tell},
	};
	struct error error = {0};

	assert_non_null(journal);
	add_line(&shelf.b, 1, "%s", "journal 1 b00t b b");
	add_line(&shelf.b, 2, "push module nvidia loaded -");
	add_line(&shelf.b, 3, "held");
	strcpy(journal->guest, "c");
	strcpy(journal->title, "c");
	assert_int_equal(step_parse("module nvidia loaded -", &journal->records[0].step), 0);
	journal->record_count = 1;
	journal->held = true;
	/* Undone, it would ask what the module is now, which nobody here answers. */
	assert_int_equal(run_undo(&shelf.ops, journal, &error), RESULT_DONE);
	assert_int_equal(shelf.shared, 1);
	assert_int_equal(shelf.missed, 1);
	text_free(&shelf.b);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_guest_needs_stays_beside_a_journal_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
