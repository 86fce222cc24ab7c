// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/change.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void what_is_written_is_read_again(void **state) {
	static const char *const lines[] = {
		"directory /etc/libvirt/hooks/qemu.d - made",
		"link /etc/libvirt/hooks/qemu.d/baton - /usr/sbin/baton-libvirt-hook",
		"link /a%20b/...c - ../x",
		"hookscript 100 - local:snippets/baton",
	};

	for (size_t i = 0; i < COUNT(lines); i++) {
		char text[CHANGE_TEXT_SIZE];
		struct change change;
		struct error error;

		assert_int_equal(change_parse(lines[i], strlen(lines[i]), &change, &error), 0);
		assert_string_equal(change_format(&change, false, text), lines[i]);
	}
}

static void home_is_the_change_turned_round(void **state) {
	const struct change change = {CHANGE_HOOKSCRIPT, "100", "local:snippets/baton"};
	char text[CHANGE_TEXT_SIZE];

	assert_string_equal(
		change_format(&change, true, text), "hookscript 100 local:snippets/baton -");
}

static void the_longest_change_fits(void **state) {
	char text[CHANGE_TEXT_SIZE];
	struct change change = {.kind = CHANGE_HOOKSCRIPT}, again;
	struct error error;

	memset(change.subject, ' ', CHANGE_SIZE - 1);
	memset(change.value, ' ', CHANGE_SIZE - 1);
	change_format(&change, false, text);
	change.kind = CHANGE_LINK;
	change.subject[0] = '/';
	change_format(&change, false, text);
	assert_int_equal(change_parse(text, strlen(text), &again, &error), 0);
	assert_true(change_same(&change, &again));
}

static void what_is_no_change_is_refused(void **state) {
	static const char *const lines[] = {
		"",
		" ",
		"directory /a - made ",
		"directory /a - made x",
		"directory /a  - made",
		"directory /a - mad",
		"directory /a x made",
		"directory a - made",
		"directory / - made",
		"directory /a/ - made",
		"directory //a - made",
		"directory /a/../b - made",
		"directory /a/. - made",
		"link /a - %",
		"link /a -",
		"file /a - made",
		"hookscript x - local:snippets/baton",
		"hookscript 0100 - local:snippets/baton",
		"hookscript 99999999999 - local:snippets/baton",
		"hookscript 100 - %",
	};

	for (size_t i = 0; i < COUNT(lines); i++) {
		struct change change = {.value = "untouched"};
		struct error error = {{0}};

		assert_int_equal(
			change_parse(lines[i], strlen(lines[i]), &change, &error), -EINVAL);
		assert_string_equal(error.text, "this is no change");
		assert_string_equal(change.value, "untouched");
	}
}

static void a_list_has_an_end(void **state) {
	AUTO_CHANGES struct changes changes = {0};
	char long_name[CHANGE_SIZE + 1];

	memset(long_name, 'a', CHANGE_SIZE);
	long_name[CHANGE_SIZE] = '\0';
	assert_int_equal(changes_add(&changes, CHANGE_LINK, long_name, "x"), -ENAMETOOLONG);
	for (size_t i = 0; i < CHANGES_MAX; i++) {
		assert_int_equal(changes_add(&changes, CHANGE_LINK, "/a", "x"), 0);
	}
	assert_int_equal(changes_add(&changes, CHANGE_LINK, "/a", "x"), -E2BIG);
	assert_int_equal(changes.count, CHANGES_MAX);
}

static void what_is_dropped_is_not_there(void **state) {
	AUTO_CHANGES struct changes changes = {0};
	struct change first;

	assert_int_equal(changes_add(&changes, CHANGE_LINK, "/a", "x"), 0);
	assert_int_equal(changes_add(&changes, CHANGE_LINK, "/b", "x"), 0);
	first = changes.items[0];
	assert_true(changes_have(&changes, &first));
	changes_drop(&changes, 0);
	assert_false(changes_have(&changes, &first));
	assert_int_equal(changes.count, 1);
	assert_string_equal(changes.items[0].subject, "/b");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(home_is_the_change_turned_round),
		cmocka_unit_test(the_longest_change_fits),
		cmocka_unit_test(what_is_no_change_is_refused),
		cmocka_unit_test(a_list_has_an_end),
		cmocka_unit_test(what_is_dropped_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
