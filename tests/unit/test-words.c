// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/words.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

/* What a text is split into, each word in brackets. */
static void split(const char *text, struct text *ret) {
	AUTO_NAMES struct names words = {0};
	struct error error;

	if (words_split(text, &words, &error) < 0) {
		fail_msg("%s\n%s", text, error.text);
	}
	assert_int_equal(text_add(ret, "%s", ""), 0);
	for (size_t i = 0; i < words.count; i++) {
		assert_int_equal(text_add(ret, "[%s]", words.names[i]), 0);
	}
}

/* The right column is what shellwords of Perl 5.36 gives. */
static void a_text_is_split_as_proxmox_does(void **state) {
	static const char *const texts[][2] = {
		{"", ""},
		{" \t\n", ""},
		{"a", "[a]"},
		{"  a  b\tc\nd\ve\ff\rg ", "[a][b][c][d][e][f][g]"},
		{"-device vfio-pci,host=0000:01:00.0", "[-device][vfio-pci,host=0000:01:00.0]"},
		{"-append \"a b\" -s", "[-append][a b][-s]"},
		{"'a b'", "[a b]"},
		{"a'b c'd", "[ab cd]"},
		{"a\"b c\"'d e'f", "[ab cd ef]"},
		{"\"\"", "[]"},
		{"'' a", "[][a]"},
		{"a \"\"", "[a][]"},
		{"\"\"''", "[]"},
		{"a\\ b", "[a b]"},
		{"\\a\\\\b", "[a\\b]"},
		{"\\\"a \\'b", "[\"a]['b]"},
		{"\\\nb", "[\nb]"},
		{"\"a\\\"b\\c\\\\\"", "[a\"bc\\]"},
		{"\"it's\"", "[it's]"},
		{"'say \"a\"'", "[say \"a\"]"},
		{"'a\\b'", "[a\\b]"},
		{"'a\\'b'", "[a\\'b]"},
		{"'a\\\\'", "[a\\\\]"},
		{"-device '{\"driver\":\"vfio-pci\"}'", "[-device][{\"driver\":\"vfio-pci\"}]"},
		{"$HOME `a` $(b) * ~ #c;d|e&f>g", "[$HOME][`a`][$(b)][*][~][#c;d|e&f>g]"},
		{"\xc2\xa0 \xff", "[\xc2\xa0][\xff]"},
		{"%s%n", "[%s%n]"},
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO_TEXT struct text words = {0};

		split(texts[i][0], &words);
		assert_string_equal(words.data, texts[i][1]);
	}
}

static void what_has_no_end_is_refused(void **state) {
	static const char *const texts[] = {"\"", "'", "a 'b", "a \"b c", "\\", "a b\\", "'\\'",
		"\"\\\"", "\"a\\", "'a\\", "a'b'\"", "it's"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct names words = {.count = 7};
		struct error error = {{0}};

		assert_int_equal(words_split(texts[i], &words, &error), -EINVAL);
		assert_int_equal(words.count, 7);
		assert_non_null(strstr(error.text, "is not closed, or a backslash is the last"));
	}
}

static void what_is_refused_is_named(void **state) {
	struct names words;
	struct error error;

	assert_int_equal(words_split("-name 'win 11 -s", &words, &error), -EINVAL);
	assert_string_equal(
		error.text, "a quote in 'win 11 -s is not closed, or a backslash is the last byte");
}

static void words_have_limits(void **state) {
	size_t size = ((size_t)64 << 10) + 2;
	AUTO_FREE char *text = malloc(size);
	AUTO_NAMES struct names words = {0}, many = {0};
	struct error error;

	assert_non_null(text);
	memset(text, 'a', size - 1);
	text[size - 1] = '\0';
	assert_int_equal(words_split(text, &words, &error), -E2BIG);
	assert_string_equal(error.text, "the words are longer than 64 KiB together");
	text[size - 2] = '\0';
	assert_int_equal(words_split(text, &words, NULL), 0);
	assert_int_equal(words.count, 1);
	assert_int_equal(strlen(words.names[0]), size - 2);

	for (size_t i = 1; i < (size_t)4097 * 2; i += 2) {
		text[i] = ' ';
	}
	text[(size_t)4097 * 2] = '\0';
	assert_int_equal(words_split(text, &many, &error), -E2BIG);
	assert_string_equal(error.text, "there are more than 4096 words");
	text[(size_t)4096 * 2] = '\0';
	assert_int_equal(words_split(text, &many, NULL), 0);
	assert_int_equal(many.count, 4096);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_split_as_proxmox_does),
		cmocka_unit_test(what_has_no_end_is_refused),
		cmocka_unit_test(what_is_refused_is_named),
		cmocka_unit_test(words_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
