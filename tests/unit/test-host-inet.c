// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/inet.h"

#include <errno.h>

#include "snapshot.h"

static struct inet of(const char *text) {
	struct inet inet = {0};

	assert_int_equal(inet_parse(text, &inet), 0);
	return inet;
}

static void assert_is(const struct inet *inet, const char *text) {
	struct inet expected = of(text);

	assert_true(inet_same(inet, &expected));
}

static void people_and_the_kernel_write_the_same_addresses(void **state) {
	struct inet inet;

	assert_int_equal(inet_parse_words("0200A8C0", &inet), 0);
	assert_is(&inet, "192.168.0.2");
	assert_int_equal(inet_parse_words("B80D0120000000000000000001000000", &inet), 0);
	assert_is(&inet, "2001:db8::1");
	assert_int_equal(inet_parse_bytes("20010db8000000000000000000000001", &inet), 0);
	assert_is(&inet, "2001:db8::1");
	assert_int_equal(inet_parse("fe80::1%eno1", &inet), 0);
	assert_is(&inet, "fe80::1");
}

static void ipv4_within_ipv6_is_ipv4(void **state) {
	struct inet inet;

	assert_int_equal(inet_parse_words("0000000000000000FFFF00000200A8C0", &inet), 0);
	assert_false(inet.ipv6);
	assert_is(&inet, "192.168.0.2");
}

static void what_is_no_address_is_refused(void **state) {
	static const char *const texts[] = {"", "1", "1.2.3", "1.2.3.4.5", "::x", "server:/srv",
		"00000000000000000000000000000000000000000000000000:1"};
	static const char *const digits[] = {
		"", "0200A8C", "0200A8C00", "0200A8CG", "B80D012000000000000000000100000"};
	struct inet inet;

	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(inet_parse(texts[i], &inet), -EINVAL);
	}
	for (size_t i = 0; i < COUNT(digits); i++) {
		assert_int_equal(inet_parse_words(digits[i], &inet), -EINVAL);
		assert_int_equal(inet_parse_bytes(digits[i], &inet), -EINVAL);
	}
}

static void a_network_is_its_first_bits(void **state) {
	struct inet address = of("192.168.5.2"), network = of("192.168.4.0"), other = of("::");

	assert_true(inet_within(&address, &network, 0));
	assert_true(inet_within(&address, &network, 23));
	assert_false(inet_within(&address, &network, 24));
	assert_false(inet_within(&address, &network, 129));
	assert_false(inet_within(&address, &other, 0));
}

static void some_addresses_never_leave_the_machine(void **state) {
	static const char *const local[] = {"127.0.0.1", "127.3.0.1", "0.0.0.0", "::", "::1"};
	static const char *const far[] = {"192.0.2.1", "126.0.0.1", "::2", "7f00::1"};

	for (size_t i = 0; i < COUNT(local); i++) {
		struct inet inet = of(local[i]);

		assert_true(inet_is_local(&inet));
	}
	for (size_t i = 0; i < COUNT(far); i++) {
		struct inet inet = of(far[i]);

		assert_false(inet_is_local(&inet));
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_and_the_kernel_write_the_same_addresses),
		cmocka_unit_test(ipv4_within_ipv6_is_ipv4),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(a_network_is_its_first_bits),
		cmocka_unit_test(some_addresses_never_leave_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
