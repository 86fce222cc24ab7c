// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/character.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"

static void characters_are_as_wide_as_terminals_show_them(void **state) {
	static const struct {
		const char *text;
		size_t columns;
	} rows[] = {
		{"a", 1},
		{"\u00e9", 1},
		{"\u0301", 0}, /* an accent alone */
		{"\u200b", 0},
		{"\u4e2d", 2},
		{"\uac00", 2},
		{"\uff21", 2},
		{"\U0001f5a5", 2},
		{"\u2500", 1},
		{"\u20ac", 1},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t code;

		assert_int_equal(character_read(rows[i].text, &code), strlen(rows[i].text));
		assert_int_equal(character_columns(code), rows[i].columns);
	}
}

/* Three bytes long, as all of these but the first are. */
static void encode(uint32_t code, char ret[4]) {
	bool two = code < 0x800;

	ret[0] = (char)(two ? 0xc0 | code >> 6 : 0xe0 | code >> 12);
	ret[1] = (char)(0x80 | (two ? code & 0x3f : (code >> 6 & 0x3f)));
	ret[2] = (char)(two ? 0 : 0x80 | (code & 0x3f));
	ret[3] = '\0';
}

static void what_turns_the_text_around_it_is_none(void **state) {
	static const uint32_t codes[] = {
		0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069};
	char text[4];
	uint32_t code;

	for (size_t i = 0; i < COUNT(codes); i++) {
		encode(codes[i], text);
		assert_int_equal(character_read(text, &code), 0);
	}
	encode(0x2030, text);
	assert_int_equal(character_read(text, &code), 3);
	assert_int_equal(code, 0x2030);
}

static void what_is_no_utf8_or_controls_is_none(void **state) {
	static const char *const texts[] = {"\x1b", "\x7f", "\xc2\x85", "\xff", "\xc3", ""};

	for (size_t i = 0; i < COUNT(texts); i++) {
		uint32_t code;

		assert_int_equal(character_read(texts[i], &code), 0);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_as_wide_as_terminals_show_them),
		cmocka_unit_test(what_turns_the_text_around_it_is_none),
		cmocka_unit_test(what_is_no_utf8_or_controls_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
