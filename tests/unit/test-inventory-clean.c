// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/clean.h"
#include "inventory/usb_ids.h"

#include "snapshot.h"

static void expect(const char *value, const char *expected) {
	char text[16];

	clean_set(text, sizeof(text), value);
	assert_string_equal(text, expected);
}

static void blanks_around_it_go(void **state) {
	expect("  SSD 980   ", "SSD 980");
	expect("", "");
	expect("   ", "");
	expect("a  b\n", "a  b");
}

static void what_cannot_be_printed_is_a_question_mark(void **state) {
	expect("a\033[2Jb", "a?[2Jb");
	expect("\x7f", "?");
	expect("caf\xc3\xa9", "caf\xc3\xa9");
	expect("\xe9t\xe9", "?t?"); /* Latin-1 */
	expect("\xc2\x9b"
	       "2J",
		"??2J");                    /* a control, in two bytes */
	expect("\xed\xa0\x80", "???");      /* half a pair */
	expect("\xe0\x80\xaf", "???");      /* a slash, written too long */
	expect("\xf4\x90\x80\x80", "????"); /* above the last letter */
	expect("\xf0\x9f\x96\xa5", "\xf0\x9f\x96\xa5");
	expect("\xe2\x82", "??"); /* cut by whoever wrote it */
}

static void what_does_not_fit_is_cut_between_letters(void **state) {
	expect("fifteen letters", "fifteen letters");
	expect("sixteen letters!", "sixteen lett...");
	expect("elf letters\xc3\xa9\xc3\xa9\xc3\xa9", "elf letters...");
	expect("\xf0\x9f\x96\xa5\xf0\x9f\x96\xa5\xf0\x9f\x96\xa5\xf0\x9f\x96\xa5",
		"\xf0\x9f\x96\xa5\xf0\x9f\x96\xa5\xf0\x9f\x96\xa5...");
}

/* A maker alone may fill the room: what is left out is seen to be. */
static void a_name_from_the_list_that_is_cut_says_so(void **state) {
	char list[512], name[LABEL_SIZE];

	snprintf(list, sizeof(list), "046d  Logitech %0200d\n\tc52b  Receiver\n", 7);
	assert_true(usb_ids_find(list, "046d:c52b", name));
	assert_int_equal(strlen(name), LABEL_SIZE - 1);
	assert_string_equal(name + LABEL_SIZE - 4, "...");
	assert_true(usb_ids_find("046d  Logitech\n\tc52b  Receiver\n", "046d:c52b", name));
	assert_string_equal(name, "Logitech Receiver");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_around_it_go),
		cmocka_unit_test(what_cannot_be_printed_is_a_question_mark),
		cmocka_unit_test(what_does_not_fit_is_cut_between_letters),
		cmocka_unit_test(a_name_from_the_list_that_is_cut_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
