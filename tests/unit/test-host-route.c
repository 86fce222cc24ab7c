// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/route.h"

#include <string.h>

#include "snapshot.h"

static const struct route *find(const struct routes *routes, const char *address) {
	struct inet inet;

	assert_int_equal(inet_parse(address, &inet), 0);
	return routes_find(routes, &inet);
}

static void a_table_is_read_as_the_kernel_writes_it(void **state) {
	static const char data[] =
		"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
		"eno1\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
		"eno3\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
		"*\t0000000A\t00000000\t0200\t0\t0\t0\t000000FF\t0\t0\t0\n"
		"wlan0\t0000A8C0\t00000000\t0001\t0\t0\t600\t0000FFFF\t0\t0\t0";
	AUTO_ROUTES struct routes routes = {0};

	assert_int_equal(routes_parse(data, &routes), 0);
	assert_int_equal(routes.count, 3); /* one that leads nowhere is none */
	assert_int_equal(routes.routes[0].length, 0);
	assert_true(routes.routes[0].gateway);
	assert_int_equal(routes.routes[1].length, 24);
	assert_false(routes.routes[1].gateway);
	assert_string_equal(find(&routes, "192.168.0.7")->interface, "eno3");
	assert_string_equal(find(&routes, "192.168.1.7")->interface, "wlan0");
	assert_string_equal(find(&routes, "10.0.0.1")->interface, "eno1");
	assert_null(find(&routes, "2001:db8::1"));
}

static void ipv6_has_its_own_table(void **state) {
	static const char data[] =
		"20010db8000000000000000000000000 40 00000000000000000000000000000000 00 "
		"00000000000000000000000000000000 00000100 00000001 00000000 00000001     eno2\n"
		"00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
		"fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eno1\n"
		"20010db8000100000000000000000000 30 00000000000000000000000000000000 00 "
		"00000000000000000000000000000000 00000400 00000001 00000000 00000201     eno3\n"
		"00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
		"00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";
	AUTO_ROUTES struct routes routes = {0};

	assert_int_equal(routes_parse_ipv6(data, &routes), 0);
	assert_int_equal(routes.count, 2);
	assert_string_equal(find(&routes, "2001:db8::5")->interface, "eno2");
	assert_string_equal(find(&routes, "2001:db8:0:1::5")->interface, "eno1");
	assert_true(find(&routes, "2001:db9::5")->gateway);
	assert_null(find(&routes, "192.0.2.1"));
}

static void broken_tables_have_no_routes(void **state) {
	static const char *const tables[] = {"", "\n\n", "eno1", "eno1\t0\t0",
		"a b c d e f g h i j", "eno1\t0000000\t0\t0\t0\t0\t0\t0", "0 81 0 0 0 0 0 0 0 eno1",
		"00000000000000000000000000000000 81 0 00 0 0 0 0 1 eno1"};
	AUTO_ROUTES struct routes routes = {0};

	for (size_t i = 0; i < COUNT(tables); i++) {
		assert_int_equal(routes_parse(tables[i], &routes), 0);
		assert_int_equal(routes_parse_ipv6(tables[i], &routes), 0);
	}
	assert_int_equal(routes.count, 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_read_as_the_kernel_writes_it),
		cmocka_unit_test(ipv6_has_its_own_table),
		cmocka_unit_test(broken_tables_have_no_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
