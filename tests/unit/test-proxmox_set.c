// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/set.h"

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

static void format(const struct proxmox_set *set, struct text *ret) {
	for (size_t i = 0; i < set->count; i++) {
		char address[ADDRESS_SIZE];

		address_format(set->selections[i].address, address);
		if (set->selections[i].whole_slot) {
			strcpy(strrchr(address, '.'), ".*");
		}
		assert_int_equal(text_add(ret, "%s%s", i ? " " : "", address), 0);
	}
}

static void addresses_are_read_in_their_order(void **state) {
	static const char *const ids[][2] = {
		{"01:00.0", "0000:01:00.0"},
		{"01:00", "0000:01:00.*"},
		{"0000:01:00", "0000:01:00.*"},
		{"10000:e1:1f.7", "10000:e1:1f.7"},
		{"02:00.1;01:00;0001:01:00.0", "0000:02:00.1 0000:01:00.* 0001:01:00.0"},
	};

	for (size_t i = 0; i < COUNT(ids); i++) {
		AUTO_TEXT struct text text = {0};
		struct proxmox_set set;

		assert_int_equal(
			proxmox_set_parse(ids[i][0], PROXMOX_DOMAIN_MAY_BE_LEFT_OUT, &set, NULL),
			0);
		format(&set, &text);
		assert_string_equal(text.data, ids[i][1]);
	}
}

static void what_proxmox_does_not_take_is_refused(void **state) {
	static const char *const ids[][2] = {
		{"", "\"\" is not an address such as 0000:01:00.0 or 0000:01:00"},
		{"01:00;", "\"\" is not an address such as 0000:01:00.0 or 0000:01:00"},
		{"01:00 ", "\"01:00 \" is not an address such as 0000:01:00.0 or 0000:01:00"},
		{"01:20", "\"01:20\" is not an address such as 0000:01:00.0 or 0000:01:00"},
		{"01:00.8", "\"01:00.8\" is not an address such as 0000:01:00.0 or 0000:01:00"},
		{"00000000:01:00.00",
			"\"00000000:01:00.00\" is not an address such as 0000:01:00.0 or 0000:01:00"},
		{"0000000000:01:00.0",
			"\"0000000000:01:00.0\" is not an address such as 0000:01:00.0 or 0000:01:00"},
		{"000000000000:01:00.0",
			"\"000000000000:01:00.0\" is not an address such as 0000:01:00.0"},
		{"0A:00", "Proxmox takes small letters only: write 0a:00, not 0A:00"},
		{"01:00;01:1F.0", "Proxmox takes small letters only: write 01:1f.0, not 01:1F.0"},
	};

	for (size_t i = 0; i < COUNT(ids); i++) {
		struct proxmox_set set = {.count = 99};
		struct error error;

		assert_int_equal(
			proxmox_set_parse(ids[i][0], PROXMOX_DOMAIN_MAY_BE_LEFT_OUT, &set, &error),
			-EINVAL);
		assert_string_equal(error.text, ids[i][1]);
		assert_int_equal(set.count, 99);
	}
}

static void a_domain_may_be_required(void **state) {
	struct proxmox_set set;
	struct error error;

	assert_int_equal(
		proxmox_set_parse("0000:01:00;02:00", PROXMOX_DOMAIN_REQUIRED, &set, &error),
		-EINVAL);
	assert_string_equal(
		error.text, "\"02:00\" has no domain, and has to have one here: write 0000:02:00");
	assert_int_equal(
		proxmox_set_parse("0000:01:00;0000:02:00.0", PROXMOX_DOMAIN_REQUIRED, &set, NULL),
		0);
	assert_int_equal(set.count, 2);
}

static void a_set_has_a_limit(void **state) {
	char ids[8 * (PROXMOX_SET_MAX + 1) + 1] = "";
	struct proxmox_set set;
	struct error error;

	for (unsigned int i = 0; i <= PROXMOX_SET_MAX; i++) {
		snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "%s%02x:00.0", i ? ";" : "",
			i + 1);
	}
	assert_int_equal(
		proxmox_set_parse(ids, PROXMOX_DOMAIN_MAY_BE_LEFT_OUT, &set, &error), -E2BIG);
	assert_string_equal(error.text, "there are more than 16 addresses");
	*strrchr(ids, ';') = '\0';
	assert_int_equal(proxmox_set_parse(ids, PROXMOX_DOMAIN_MAY_BE_LEFT_OUT, &set, NULL), 0);
	assert_int_equal(set.count, PROXMOX_SET_MAX);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_in_their_order),
		cmocka_unit_test(what_proxmox_does_not_take_is_refused),
		cmocka_unit_test(a_domain_may_be_required),
		cmocka_unit_test(a_set_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
