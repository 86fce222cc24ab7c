// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/disguise.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/network/inet.h"

static int setup(void **state) {
	static struct disguise disguise;

	disguise = (struct disguise){.seed = {4711, 815}};
	*state = &disguise;
	return 0;
}

static int teardown(void **state) {
	disguise_free(*state);
	return 0;
}

static void assert_becomes(struct disguise *disguise, const char *text, const char *expected) {
	AUTO_TEXT struct text found = {0};

	assert_int_equal(disguise_text(disguise, text, strlen(text), &found), 0);
	assert_string_equal(found.data, expected);
}

static void the_same_becomes_the_same(void **state) {
	assert_becomes(*state,
		"5f0c7a3e-9b1d-4e2f-8a6b-7c8d9e0f1a2b 5F0C7A3E-9B1D-4E2F-8A6B-7C8D9E0F1A2B",
		"00000000-0000-4000-8000-000000000001 00000000-0000-4000-8000-000000000001");
	assert_becomes(*state, "3c:7c:3f:1b:2a:09,3C-7C-3F-1B-2A-09,enx3c7c3f1b2a09",
		"02:00:00:00:00:02,02-00-00-00-00-02,enx020000000002");
	assert_becomes(*state, "3c:7c:3f:1b:2a:0a", "02:00:00:00:00:03");
	assert_becomes(
		*state, "d41d8cd98f00b204e9800998ecf8427e", "00000000000000000000000000000004");
	assert_becomes(*state, "3c:7c:3f:ff:fe:1b:2a:09", "02:00:00:00:00:00:00:05");
}

static void an_id_is_found_whatever_follows_it(void **state) {
	assert_becomes(*state,
		"6b1f0a52-3c4d-4e5f-8a6b-7c8d9e0f1a2b 6b1f0a52--3c4d--4e5f--8a6b--7c8d9e0f1a2b "
		"6b1f0a52\\x2d3c4d\\x2d4e5f\\x2d8a6b\\x2d7c8d9e0f1a2b.device "
		"6b1f0a52-3c4d-4e5f-8a6b-7c8d9e0f1a2b-part1 6b1f0a52-3c4d-4e5f-8a6b-7c8d9e0f1a2bp1",
		"00000000-0000-4000-8000-000000000001 00000000--0000--4000--8000--000000000001 "
		"00000000\\x2d0000\\x2d4000\\x2d8000\\x2d000000000001.device "
		"00000000-0000-4000-8000-000000000001-part1 00000000-0000-4000-8000-000000000001p1");
}

static void an_address_is_found_whatever_is_around_it(void **state) {
	static const char *const texts[] = {"at 192.168.178.23.", "192.168.178.23:22",
		"::ffff:192.168.178.23", "::ffff:192.168.178.23:22", "192.168.178.23",
		"(192.168.178.23.)"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO_TEXT struct text found = {0};

		assert_int_equal(disguise_text(*state, texts[i], strlen(texts[i]), &found), 0);
		assert_null(strstr(found.data, "168.178"));
		assert_non_null(strstr(found.data, "192."));
	}
	for (size_t i = 0; i < 2; i++) {
		const char *text = i == 0 ? "2001:db8::1: lost" : "2001:db8::1.";
		AUTO_TEXT struct text found = {0};

		assert_int_equal(disguise_text(*state, text, strlen(text), &found), 0);
		assert_null(strstr(found.data, "db8"));
	}
}

static void a_word_may_begin_with_anything(void **state) {
	assert_int_equal(disguise_word(*state, "connection", "#tea"), 0);
	assert_becomes(*state, "id=#tea; #teas", "id=connection1; #teas");
}

static void what_is_nobodys_stays(void **state) {
	static const char *const texts[] = {
		"00000000-0000-0000-0000-000000000000",
		"ff:ff:ff:ff:ff:ff",
		"0000:01:00.0",
		"pci:v000010DEd00002484sv00001458sd00004000bc03sc00i00",
		"127.0.0.1 0.0.0.0 255.255.255.0 ::1 169.254.1.1",
		"6.1.0-28-amd64 580.105.08",
		"0::/system.slice/gdm.service",
		"00:1f.6 12:34:56",
		"1:name=systemd:/",
		"999.1.1.1 1.2.3.4.5 1.2.3 192.168.100.200.5",
		"",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_becomes(*state, texts[i], texts[i]);
	}
}

static void words_are_replaced_where_they_are_whole(void **state) {
	assert_int_equal(disguise_word(*state, "user", "alice"), 0);
	assert_int_equal(disguise_word(*state, "host", "alice-laptop"), 0);
	assert_int_equal(disguise_word(*state, "user", "alice"), 0);
	assert_becomes(*state, "/srv/alice/x alice2 malice alice-laptop,alice_alice",
		"/srv/user1/x alice2 malice host2,user1_user1");
	assert_int_equal(disguise_word(*state, "connection", "Queen of Hearts 5G"), 0);
	assert_becomes(*state, "id=Queen of Hearts 5G;Queen of Hearts 5Gx",
		"id=connection3;Queen of Hearts 5Gx");
}

static void an_address(struct disguise *disguise, const char *text, struct inet *ret) {
	AUTO_TEXT struct text found = {0};

	assert_int_equal(disguise_text(disguise, text, strlen(text), &found), 0);
	assert_string_not_equal(found.data, text);
	assert_int_equal(inet_parse(found.data, ret), 0);
}

/* Which network an address is of is what a route is found by. */
static void addresses_keep_what_they_have_in_common(void **state) {
	struct inet a, b, c, d;

	an_address(*state, "192.168.178.23", &a);
	an_address(*state, "192.168.178.1", &b);
	an_address(*state, "192.168.179.1", &c);
	an_address(*state, "192.168.178.23", &d);
	assert_true(inet_within(&a, &b, 24));
	assert_false(inet_within(&a, &c, 24));
	assert_true(inet_within(&a, &c, 23));
	assert_true(inet_same(&a, &d));
	an_address(*state, "2001:db8:1:2::23", &a);
	an_address(*state, "2001:db8:1:2::24", &b);
	an_address(*state, "2001:db8:1:3::23", &c);
	assert_true(inet_within(&a, &b, 64));
	assert_false(inet_within(&a, &c, 64));
	an_address(*state, "fe80::3e7c:3fff:fe1b:2a09", &a);
	assert_true(inet_is_link_local(&a));
}

static void tables_say_the_same_as_text(void **state) {
	struct disguise *disguise = *state;
	AUTO_TEXT struct text found = {0};
	struct inet text, table;
	char digits[9], plain[33];

	an_address(disguise, "192.168.178.23", &text);
	assert_int_equal(disguise_table(disguise, "0: 17B2A8C0:0016 0100007F:0000 01\n", 3U << 1,
				 true, &found),
		0);
	assert_int_equal(sscanf(found.data, "0: %8[0-9A-F]:0016 0100007F:0000 01", digits), 1);
	assert_int_equal(inet_parse_words(digits, &table), 0);
	assert_true(inet_same(&text, &table));
	text_free(&found);
	found = (struct text){0};
	an_address(disguise, "2001:db8:1:2::23", &text);
	assert_int_equal(
		disguise_table(disguise, "20010db8000100020000000000000023 40\n", 1, false, &found),
		0);
	assert_int_equal(sscanf(found.data, "%32[0-9a-f] 40", plain), 1);
	assert_int_equal(inet_parse_bytes(plain, &table), 0);
	assert_true(inet_same(&text, &table));
}

static void off_is_off(void **state) {
	struct disguise *disguise = *state;

	disguise->off = true;
	assert_becomes(disguise, "3c:7c:3f:1b:2a:09", "3c:7c:3f:1b:2a:09");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_same_becomes_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_id_is_found_whatever_follows_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_address_is_found_whatever_is_around_it, setup, teardown),
		cmocka_unit_test_setup_teardown(a_word_may_begin_with_anything, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_nobodys_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(
			words_are_replaced_where_they_are_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(
			addresses_keep_what_they_have_in_common, setup, teardown),
		cmocka_unit_test_setup_teardown(tables_say_the_same_as_text, setup, teardown),
		cmocka_unit_test_setup_teardown(off_is_off, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
