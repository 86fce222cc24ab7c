// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/route.h"

#include <string.h>

#include "snapshot.h"

static void only_default_routes_count(void **state) {
	static const char data[] =
		"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
		"eno1\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
		"eno2\t00000000\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"
		"eno3\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
		"eno1\t00000000\t0200A8C0\t0003\t0\t0\t200\t00000000\t0\t0\t0\n"
		"wlan0\t00000000\t0200A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0";
	AUTO_NAMES struct names names = {0};

	assert_int_equal(routes_parse(data, &names), 0);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.names[0], "eno1");
	assert_string_equal(names.names[1], "wlan0");
}

static void ipv6_has_its_own_table(void **state) {
	static const char data[] =
		"20010db8000000000000000000000000 40 00000000000000000000000000000000 00 "
		"00000000000000000000000000000000 00000100 00000001 00000000 00000001     eno2\n"
		"00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
		"fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eno1\n"
		"00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
		"00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";
	AUTO_NAMES struct names names = {0};

	assert_int_equal(routes_parse_ipv6(data, &names), 0);
	assert_int_equal(names.count, 1);
	assert_string_equal(names.names[0], "eno1");
}

static void broken_tables_have_no_routes(void **state) {
	static const char *const tables[] = {
		"", "\n\n", "eno1", "eno1\t0\t0", "a b c d e f g h i j"};
	AUTO_NAMES struct names names = {0};

	for (size_t i = 0; i < COUNT(tables); i++) {
		assert_int_equal(routes_parse(tables[i], &names), 0);
		assert_int_equal(routes_parse_ipv6(tables[i], &names), 0);
	}
	assert_int_equal(names.count, 0);
}

static void the_card_of_the_default_route_is_held(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const struct holder *holder = holder_of(&snapshot, "0000:04:00.0", HOLDER_ROUTE, "enp4s0");

	assert_non_null(holder);
	assert_string_equal(holder->node, "enp4s0");
}

static void a_route_through_a_bridge_holds_the_card_below(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");
	const struct holder *holder = holder_of(&snapshot, "0000:45:00.0", HOLDER_ROUTE, "vmbr0");

	assert_non_null(holder);
	assert_string_equal(holder->node, "eno1");
	assert_int_equal(holders_of(&snapshot, "0000:45:00.1"), 0);
}

static void interfaces_in_a_circle_end(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");

	assert_int_equal(
		machine_remove(&snapshot.machine, "/sys/devices/virtual/net/vmbr0/lower_eno1"), 0);
	assert_int_equal(
		machine_write(&snapshot.machine, "/sys/devices/virtual/net/vmbr0/lower_vmbr0", ""),
		0);
	snapshot_read(&snapshot);
	assert_int_equal(holders_of(&snapshot, "0000:45:00.0"), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_default_routes_count),
		cmocka_unit_test(ipv6_has_its_own_table),
		cmocka_unit_test(broken_tables_have_no_routes),
		cmocka_unit_test(the_card_of_the_default_route_is_held),
		cmocka_unit_test(a_route_through_a_bridge_holds_the_card_below),
		cmocka_unit_test(interfaces_in_a_circle_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
