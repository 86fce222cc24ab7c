// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/reservation.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/text.h"

static void format(const char *data, struct text *ret) {
	struct proxmox_reservations reservations;

	assert_int_equal(proxmox_reservations_parse(data, strlen(data), &reservations, NULL), 0);
	assert_int_equal(text_add(ret, "%s", ""), 0);
	for (size_t i = 0; i < reservations.count; i++) {
		const struct proxmox_reservation *reservation = &reservations.reservations[i];
		char address[ADDRESS_SIZE];

		assert_int_equal(text_add(ret, "%s%s %u %u %lld", i ? "|" : "",
					 address_format(reservation->selection.address, address),
					 reservation->vmid, reservation->pid, reservation->until_s),
			0);
	}
}

static void lines_are_read_and_others_are_passed_over(void **state) {
	static const char *const texts[][2] = {
		{"", ""},
		{"0000:01:00.0 100 pid:4711\n", "0000:01:00.0 100 4711 0"},
		{"0000:01:00.0 100 time:1700000000", "0000:01:00.0 100 0 1700000000"},
		{"0000:01:00.0 100 pid:1\n0000:01:00.1 101 pid:2\n",
			"0000:01:00.0 100 1 0|0000:01:00.1 101 2 0"},
		{"0000:01:00.0 100 pid:1\n0000:01:00.0 101 pid:2\n", "0000:01:00.0 101 2 0"},
		{"0000:01:00.0 100\n", ""},
		{"0000:01:00.0 100 pid:\n", ""},
		{"0000:01:00.0 100 pid:0\n", ""},
		{"0000:01:00.0 100 uid:1\n", ""},
		{"0000:01:00.0 100 pid:1 \n", ""},
		{"0000:01:00.0  100 pid:1\n", ""},
		{"0000:01:00.0 -1 pid:1\n", ""},
		{"0000:01:00.0 4294967296 pid:1\n", ""},
		{"0000:01:00.0 100 time:9223372036854775808\n", ""},
		{"gpu0 100 pid:1\n\n \n", ""},
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO_TEXT struct text text = {0};

		format(texts[i][0], &text);
		assert_string_equal(text.data, texts[i][1]);
	}
}

static void reservations_have_a_limit(void **state) {
	AUTO_TEXT struct text text = {0};
	struct proxmox_reservations reservations = {.count = 99};
	struct error error;

	for (unsigned int i = 0; i <= PROXMOX_RESERVATIONS_MAX; i++) {
		assert_int_equal(text_add(&text, "%04x:01:00.0 100 pid:1\n", i), 0);
	}
	assert_int_equal(
		proxmox_reservations_parse(text.data, text.length, &reservations, &error), -E2BIG);
	assert_string_equal(
		error.text, "/run/qemu-server/pci-id-reservations has more than 512 devices");
	assert_int_equal(reservations.count, 99);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read_and_others_are_passed_over),
		cmocka_unit_test(reservations_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
