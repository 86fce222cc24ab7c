// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/selection.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "request/configuration.h"

static const char cards[] = "[card gpu]\n"
			    "address = 0000:01:00\n"
			    "[card pair]\n"
			    "address = 02:00.0 02:00.1 0001:03:00\n";

/* What a word selects, in a line: "0000:01:00.0 0000:02:00.*". */
static int select_word(const char *word, size_t size, struct text *ret, struct error *error) {
	struct configuration configuration;
	struct selection selections[SELECTIONS_MAX];
	size_t count = 99;
	int r;

	configuration_init(&configuration);
	assert_int_equal(
		configuration_parse("a.conf", cards, strlen(cards), &configuration, NULL), 0);
	r = selection_parse(word, &configuration, selections, size, &count, error);
	if (r < 0) {
		assert_int_equal(count, 99);
		return r;
	}
	for (size_t i = 0; i < count; i++) {
		char address[ADDRESS_SIZE];

		address_format(selections[i].address, address);
		if (selections[i].whole_slot) {
			assert_int_equal(selections[i].address.function, 0);
			strcpy(strrchr(address, '.'), ".*");
		}
		assert_int_equal(text_add(ret, "%s%s", i ? " " : "", address), 0);
	}
	return 0;
}

static void a_word_is_an_address_a_slot_or_a_card(void **state) {
	static const char *const words[][2] = {
		{"0000:01:00.0", "0000:01:00.0"},
		{"01:00.7", "0000:01:00.7"},
		{"10000:E1:1f.2", "10000:e1:1f.2"},
		{"0000:01:00", "0000:01:00.*"},
		{"01:1f", "0000:01:1f.*"},
		{"0001:ff:00", "0001:ff:00.*"},
		{"gpu", "0000:01:00.*"},
		{"pair", "0000:02:00.0 0000:02:00.1 0001:03:00.*"},
	};

	for (size_t i = 0; i < COUNT(words); i++) {
		AUTO_TEXT struct text text = {0};

		assert_int_equal(select_word(words[i][0], SELECTIONS_MAX, &text, NULL), 0);
		assert_string_equal(text.data, words[i][1]);
	}
}

#define NO_ADDRESS(word)                                                                           \
	"\"" word                                                                                  \
	"\" is not an address: write 0000:01:00.0 for a device or 0000:01:00 for all of a card"
#define NO_CARD(word)                                                                              \
	"no [card " word                                                                           \
	"] in /etc/baton/baton.conf, nor is that an address such as 0000:01:00.0 or a guest (`baton install --list`)"

static void what_is_none_of_these_is_explained(void **state) {
	static const char *const words[][2] = {
		{"", NO_CARD("")},
		{"gpu2", NO_CARD("gpu2")},
		{"GPU", NO_CARD("GPU")},
		{"../etc", NO_CARD("../etc")},
		{"01:00.8", NO_ADDRESS("01:00.8")},
		{"01:20", NO_ADDRESS("01:20")},
		{"1:00.0", NO_ADDRESS("1:00.0")},
		{"01:0", NO_ADDRESS("01:0")},
		{"000:01:00", NO_ADDRESS("000:01:00")},
		{"0000:01:00.", NO_ADDRESS("0000:01:00.")},
		{"0000:01:00.0.0", NO_ADDRESS("0000:01:00.0.0")},
		{"0000:01:00:0", NO_ADDRESS("0000:01:00:0")},
		{"01:00.*", NO_ADDRESS("01:00.*")},
		{" 01:00", NO_ADDRESS(" 01:00")},
		{"01:00 ", NO_ADDRESS("01:00 ")},
		{"123456789:01:00", NO_ADDRESS("123456789:01:00")},
		{"00000000000000000000000000:01:00",
			NO_ADDRESS("00000000000000000000000000:01:00")},
		{"libvirt:win11", NO_ADDRESS("libvirt:win11")},
	};

	for (size_t i = 0; i < COUNT(words); i++) {
		AUTO_TEXT struct text text = {0};
		struct error error;

		assert_int_equal(select_word(words[i][0], SELECTIONS_MAX, &text, &error), -EINVAL);
		assert_string_equal(error.text, words[i][1]);
	}
}

static void a_card_is_selected_whole_or_not_at_all(void **state) {
	AUTO_TEXT struct text text = {0};
	struct error error;

	assert_int_equal(select_word("pair", 2, &text, &error), -E2BIG);
	assert_string_equal(error.text, "too many devices are named, the last by pair");
	assert_int_equal(select_word("01:00.0", 0, &text, &error), -E2BIG);
	assert_int_equal(select_word("pair", 3, &text, &error), 0);
}

static void selections_overlap_where_they_share_a_device(void **state) {
	static const struct {
		const char *a, *b;
		bool overlap;
	} pairs[] = {
		{"01:00.0", "0000:01:00.0", true},
		{"01:00.0", "01:00.1", false},
		{"01:00", "01:00.1", true},
		{"01:00", "01:00", true},
		{"01:00", "01:01", false},
		{"01:00", "02:00.0", false},
		{"01:00", "0001:01:00", false},
	};

	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct selection a, b;

		assert_int_equal(selection_parse_address(pairs[i].a, &a), 0);
		assert_int_equal(selection_parse_address(pairs[i].b, &b), 0);
		assert_int_equal(selection_overlaps(&a, &b), pairs[i].overlap);
		assert_int_equal(selection_overlaps(&b, &a), pairs[i].overlap);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_an_address_a_slot_or_a_card),
		cmocka_unit_test(what_is_none_of_these_is_explained),
		cmocka_unit_test(a_card_is_selected_whole_or_not_at_all),
		cmocka_unit_test(selections_overlap_where_they_share_a_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
