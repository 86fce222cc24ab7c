// SPDX-License-Identifier: GPL-2.0-or-later
#include "inventory/net_address.h"

#include "snapshot.h"

static const char trie[] = "Main:\n"
			   "  +-- 0.0.0.0/0 3 0 5\n"
			   "     |-- 0.0.0.0\n"
			   "        /0 universe UNICAST\n"
			   "     |-- 127.0.0.1\n"
			   "        /32 host LOCAL\n"
			   "     |-- 192.0.2.7\n"
			   "        /32 host LOCAL\n"
			   "     |-- 192.0.2.255\n"
			   "        /32 link BROADCAST\n"
			   "     |-- 198.51.100.9\n"
			   "        /32 host LOCAL\n"
			   "Local:\n"
			   "     |-- 192.0.2.7\n"
			   "        /32 host LOCAL\n";

static void parse(const char *route_lines, struct net_addresses *addresses) {
	AUTO_ROUTES struct routes routes = {0};

	assert_int_equal(routes_parse(route_lines, &routes), 0);
	assert_int_equal(net_addresses_parse_ipv4(trie, &routes, addresses), 0);
}

static void an_address_is_on_the_interface_of_its_network(void **state) {
	AUTO_NET_ADDRESSES struct net_addresses addresses = {0};
	char text[LABEL_SIZE];

	parse("eno1\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\n"
	      "eno1\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\n",
		&addresses);
	assert_int_equal(addresses.count, 1); /* of the other nobody says where it is */
	assert_string_equal(addresses.addresses[0].interface, "eno1");
	net_address_format(&addresses.addresses[0], text);
	assert_string_equal(text, "192.0.2.7/24");
}

static void one_that_may_be_on_two_is_left_out(void **state) {
	AUTO_NET_ADDRESSES struct net_addresses addresses = {0};

	parse("eno1\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\n"
	      "wlan0\t000200C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\n",
		&addresses);
	assert_int_equal(addresses.count, 0);
}

static void the_smallest_network_counts(void **state) {
	AUTO_NET_ADDRESSES struct net_addresses addresses = {0};

	parse("eno1\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\n"
	      "wg0\t000000C0\t00000000\t0001\t0\t0\t100\t000000FF\n"
	      "tun0\t000200C0\t00000000\t0001\t0\t0\t100\tF0FFFFFF\n",
		&addresses);
	assert_int_equal(addresses.count, 1);
	assert_string_equal(addresses.addresses[0].interface, "tun0");
	assert_int_equal(addresses.addresses[0].length, 28);
}

static void a_line_that_is_cut_off_takes_none_of_the_next(void **state) {
	AUTO_NET_ADDRESSES struct net_addresses addresses = {0};

	assert_int_equal(
		net_addresses_parse_ipv6(
			"20010db8000000000000000000000007 02 40\n00 80 eno1\n", &addresses),
		0);
	assert_int_equal(addresses.count, 0);
}

static void ipv6_says_itself_where_it_is(void **state) {
	AUTO_NET_ADDRESSES struct net_addresses addresses = {0};
	char text[LABEL_SIZE];

	assert_int_equal(
		net_addresses_parse_ipv6("00000000000000000000000000000001 01 80 10 80       lo\n"
					 "20010db8000000000000000000000007 02 40 00 80     eno1\n"
					 "20010db8000000000000000000000007 02 ff 00 80     eno1\n"
					 "nonsense\n",
			&addresses),
		0);
	assert_int_equal(addresses.count, 1);
	net_address_format(&addresses.addresses[0], text);
	assert_string_equal(text, "2001:db8::7/64");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_on_the_interface_of_its_network),
		cmocka_unit_test(one_that_may_be_on_two_is_left_out),
		cmocka_unit_test(the_smallest_network_counts),
		cmocka_unit_test(a_line_that_is_cut_off_takes_none_of_the_next),
		cmocka_unit_test(ipv6_says_itself_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
