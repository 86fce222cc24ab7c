// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct terminal narrow = {.is_one = true, .utf8 = true, .columns = 40};
static const struct terminal ascii = {.is_one = true, .columns = 40};

static void draw(
	const struct terminal *terminal, const char *mark, const char *text, struct text *ret) {
	struct box box;

	box_begin(&box, terminal, ret);
	box_open(&box, "Title");
	box_line(&box, TONE_GOOD, mark, TONE_BAD, text);
	box_close(&box);
	assert_int_equal(box_end(&box), 0);
}

static void a_box_has_four_sides_and_its_width(void **state) {
	AUTO_TEXT struct text text = {0};

	draw(&ascii, "- ", "short", &text);
	assert_string_equal(text.data, "+- Title ------------------------------+\n"
				       "| - short                              |\n"
				       "+--------------------------------------+\n");
}

static void what_is_too_long_goes_on_below_where_it_began(void **state) {
	AUTO_TEXT struct text text = {0};

	draw(&ascii, "- ", "a sentence that does not fit into one line of this box", &text);
	assert_string_equal(text.data, "+- Title ------------------------------+\n"
				       "| - a sentence that does not fit into  |\n"
				       "|   one line of this box               |\n"
				       "+--------------------------------------+\n");
}

static void a_word_wider_than_the_box_is_cut(void **state) {
	AUTO_TEXT struct text text = {0};

	draw(&ascii, "", "0123456789012345678901234567890123456789", &text);
	assert_non_null(strstr(text.data, "| 012345678901234567890123456789012345 |\n"
					  "| 6789                                 |\n"));
}

static void no_line_ends_at_a_firm_blank(void **state) {
	AUTO_TEXT struct text text = {0};

	draw(&narrow, "", "what stands together stays here" FIRM "now" FIRM "too", &text);
	assert_non_null(strstr(text.data, " what stands together stays "));
	assert_non_null(strstr(text.data, " here now too "));
}

static void wide_characters_take_two_columns(void **state) {
	AUTO_TEXT struct text text = {0};

	draw(&narrow, "", "\u663e\u793a\u5668", &text);
	assert_non_null(strstr(
		text.data, "\u2502 \u663e\u793a\u5668                               \u2502\n"));
}

static void ascii_stays_ascii_and_nothing_steers_the_terminal(void **state) {
	AUTO_TEXT struct text plain = {0}, wide = {0};

	draw(&ascii, "\u2514 ",
		"a\u00e9\033[2J\xe2\x80\xae"
		"b\n",
		&plain);
	assert_non_null(strstr(plain.data, "| ? a??[2J???b?"));
	draw(&narrow, "",
		"a\033[2J\xe2\x80\xae"
		"b\n",
		&wide);
	assert_null(strchr(wide.data, '\033'));
	assert_non_null(strstr(wide.data, "a?[2J???b?"));
}

static void colours_end_where_they_began(void **state) {
	struct terminal coloured = ascii;
	AUTO_TEXT struct text text = {0};

	coloured.coloured = true;
	draw(&coloured, "- ", "text", &text);
	assert_non_null(strstr(text.data, "\033[32m- \033[0m\033[31mtext\033[0m"));
}

static void a_terminal_says_how_wide_it_is(void **state) {
	assert_int_equal(setenv("COLUMNS", "100", 1), 0);
	assert_int_equal(terminal_look(0).columns, 100);
	assert_int_equal(setenv("COLUMNS", "4", 1), 0);
	assert_int_equal(terminal_look(0).columns, 40);
	assert_int_equal(setenv("COLUMNS", "500", 1), 0);
	assert_int_equal(terminal_look(0).columns, TERMINAL_COLUMNS_MAX);
	assert_int_equal(setenv("COLUMNS", "wide", 1), 0);
	assert_int_equal(setenv("LC_ALL", "C", 1), 0);
	assert_false(terminal_look(0).utf8);
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
	assert_true(terminal_look(0).utf8);
	assert_int_equal(setenv("LC_ALL", "no_SUCH", 1), 0);
	assert_false(terminal_look(0).utf8);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_box_has_four_sides_and_its_width),
		cmocka_unit_test(what_is_too_long_goes_on_below_where_it_began),
		cmocka_unit_test(a_word_wider_than_the_box_is_cut),
		cmocka_unit_test(no_line_ends_at_a_firm_blank),
		cmocka_unit_test(wide_characters_take_two_columns),
		cmocka_unit_test(ascii_stays_ascii_and_nothing_steers_the_terminal),
		cmocka_unit_test(colours_end_where_they_began),
		cmocka_unit_test(a_terminal_says_how_wide_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
