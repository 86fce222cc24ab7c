// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/journals.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/line.h"

/* Journals of the guests "good", "bad" and "gone", as their files have them. */
struct shelf {
	struct ops ops;
	struct text good;
	int list_r;
	int read_r; /* of "bad" */
};

static int list(struct ops *ops, struct names *ret, struct error *error) {
	const struct shelf *shelf = (const struct shelf *)ops;

	if (shelf->list_r < 0) {
		return error_set(error, shelf->list_r, "cannot list");
	}
	*ret = (struct names){0};
	assert_int_equal(names_add(ret, "bad"), 0);
	assert_int_equal(names_add(ret, "gone"), 0);
	assert_int_equal(names_add(ret, "good"), 0);
	return 0;
}

static int read_one(
	struct ops *ops, const char *guest, char **ret, size_t *ret_length, struct error *error) {
	const struct shelf *shelf = (const struct shelf *)ops;
	bool bad = strcmp(guest, "bad") == 0;

	if (strcmp(guest, "gone") == 0) {
		return error_set(error, -ENOENT, "no such file");
	}
	if (bad && shelf->read_r < 0) {
		return error_set(error, shelf->read_r, "cannot read");
	}
	/* Without its first line it says that something is missing. */
	*ret = strdup(shelf->good.data + (bad ? strcspn(shelf->good.data + 1, "\n") + 1 : 0));
	assert_non_null(*ret);
	*ret_length = strlen(*ret);
	return 0;
}

static void add_line(struct text *text, unsigned int number, const char *format, ...) PRINTF(3, 4);

static void add_line(struct text *text, unsigned int number, const char *format, ...) {
	va_list args;

	va_start(args, format);
	assert_int_equal(line_format(number, format, args, text), 0);
	va_end(args);
}

static struct shelf make(void) {
	struct shelf shelf = {.ops = {.journal_list = list, .journal_read = read_one}};

	add_line(&shelf.good, 1, "%s", "journal 1 b00t good good");
	add_line(&shelf.good, 2, "owner hand 10 20 0 0");
	add_line(&shelf.good, 3, "device 0000:01:00.0 listed 10de:2484 1043:86f0 a1 %%");
	add_line(&shelf.good, 4, "push driver 0000:01:00.0 nvidia -");
	return shelf;
}

static void free_shelf(struct shelf *shelf) {
	text_free(&shelf->good);
}

#define AUTO_SHELF CLEANUP(free_shelf)

static void one_that_cannot_be_read_hides_no_other(void **state) {
	AUTO_SHELF struct shelf shelf = make();
	AUTO_JOURNALS struct journals journals = {0};
	struct address address;

	assert_int_equal(journals_read(&shelf.ops, &journals, NULL), 0);
	assert_int_equal(journals.count, 2);
	assert_string_equal(journals.all[0].guest, "bad");
	assert_null(journals.all[0].journal);
	assert_non_null(strstr(journals.all[0].error.text, "the journal of bad: "));
	assert_string_equal(journals.all[1].guest, "good");
	assert_non_null(journals.all[1].journal);
	assert_int_equal(address_parse("0000:01:00.0", &address), 0);
	assert_ptr_equal(journals_find(&journals, address), &journals.all[1]);
	assert_int_equal(address_parse("0000:01:00.1", &address), 0);
	assert_null(journals_find(&journals, address));
}

static void a_device_is_a_guests_while_there_is_a_step_or_it_holds(void **state) {
	AUTO_SHELF struct shelf shelf = make();
	AUTO_JOURNALS struct journals journals = {0};
	struct address address;

	assert_int_equal(address_parse("0000:01:00.0", &address), 0);
	add_line(&shelf.good, 5, "pop 0");
	assert_int_equal(journals_read(&shelf.ops, &journals, NULL), 0);
	assert_null(journals_find(&journals, address));
	journals_free(&journals);
	add_line(&shelf.good, 6, "held");
	assert_int_equal(journals_read(&shelf.ops, &journals, NULL), 0);
	assert_non_null(journals_find(&journals, address));
}

static void without_the_directory_there_is_nothing_to_tell(void **state) {
	AUTO_SHELF struct shelf shelf = make();
	struct journals journals = {.count = 7};
	struct error error;

	shelf.list_r = -EACCES;
	assert_int_equal(journals_read(&shelf.ops, &journals, &error), -EACCES);
	assert_string_equal(error.text, "cannot list");
	shelf.list_r = 0;
	shelf.read_r = -ENOMEM;
	assert_int_equal(journals_read(&shelf.ops, &journals, &error), -ENOMEM);
	assert_int_equal(journals.count, 7);
	assert_string_equal(error.text, "out of memory");
}

/* Of "good", beside one that cannot be read. */
static void for_a_way_home_one_that_cannot_be_read_hides_no_claim(void **state) {
	AUTO_SHELF struct shelf shelf = make();
	AUTO_CLAIMS struct claims claims = {0}, all = {0};
	struct error missed;

	assert_int_equal(claims_read(&shelf.ops, "other", &all, NULL), -EBADMSG);
	claims_read_some(&shelf.ops, "other", &claims, &missed);
	assert_non_null(strstr(missed.text, "the journal of bad: "));
	assert_int_equal(claims.count, 1);
	assert_string_equal(claims.claims[0].guest, "good");
	assert_int_equal(claims.device_count, 1);
	claims_free(&claims);
	/* Its own is none of the others'. */
	claims_read_some(&shelf.ops, "bad", &claims, &missed);
	assert_string_equal(missed.text, "");
	assert_int_equal(claims.count, 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for_a_way_home_one_that_cannot_be_read_hides_no_claim),
		cmocka_unit_test(one_that_cannot_be_read_hides_no_other),
		cmocka_unit_test(a_device_is_a_guests_while_there_is_a_step_or_it_holds),
		cmocka_unit_test(without_the_directory_there_is_nothing_to_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
