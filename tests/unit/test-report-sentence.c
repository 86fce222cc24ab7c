// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/sentence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct address devices[] = {
	{.bus = 1}, {.bus = 1, .function = 1}, {.bus = 1, .function = 2}, {.bus = 2, .slot = 3}};

static struct feat make_feat(size_t count) {
	return (struct feat){.title = "libvirt:win11",
		.devices = devices,
		.device_count = count,
		.took_us = 4249999,
		.back_us = 950000};
}

static void functions_of_one_slot_are_told_by_their_last_part(void **state) {
	static const char *const texts[] = {"", "0000:01:00.0", "0000:01:00.0, .1",
		"0000:01:00.0, .1, .2", "0000:01:00.0, .1, .2, 0000:02:03.0"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO_TEXT struct text text = {0};

		assert_int_equal(report_devices(devices, i, &text), 0);
		assert_string_equal(text.length ? text.data : "", texts[i]);
	}
}

static void what_was_done_is_said_in_a_line(void **state) {
	static const struct {
		int (*report)(const struct feat *feat, struct text *ret);
		size_t count;
		const char *line;
	} rows[] = {
		{report_started, 2, "libvirt:win11 has 0000:01:00.0, .1; started in 4.2 s\n"},
		{report_started, 0, "libvirt:win11 runs; started in 4.2 s\n"},
		{report_stopped, 2,
			"libvirt:win11 is off, and 0000:01:00.0, .1 are home after 4.2 s\n"},
		{report_stopped, 1, "libvirt:win11 is off, and 0000:01:00.0 is home after 4.2 s\n"},
		{report_stopped, 0, "libvirt:win11 is off after 4.2 s\n"},
		{report_rehearsed, 2,
			"libvirt:win11: 0000:01:00.0, .1 could be had in 4.2 s and are home again in 1.0 s\n"},
		{report_rehearsed, 1,
			"libvirt:win11: 0000:01:00.0 could be had in 4.2 s and is home again in 1.0 s\n"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct feat feat = make_feat(rows[i].count);
		AUTO_TEXT struct text text = {0};

		assert_int_equal(rows[i].report(&feat, &text), 0);
		assert_string_equal(text.data, rows[i].line);
	}
}

static void addresses_are_sorted_as_numbers(void **state) {
	struct address mixed[] = {devices[3], devices[1], devices[0], devices[2]};

	address_sort(mixed, COUNT(mixed));
	for (size_t i = 0; i < COUNT(mixed); i++) {
		assert_int_equal(address_compare(mixed[i], devices[i]), 0);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_of_one_slot_are_told_by_their_last_part),
		cmocka_unit_test(what_was_done_is_said_in_a_line),
		cmocka_unit_test(addresses_are_sorted_as_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
