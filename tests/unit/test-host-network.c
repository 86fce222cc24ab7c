// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/network.h"

#include "snapshot.h"

#define NET     "/sys/devices/virtual/net"
#define HEADING "Iface Destination Gateway Flags RefCnt Use Metric Mask\n"

/* The server's card: eno1 is in vmbr0, which has the default route; eno2 is free. */
#define CARD  "0000:45:00.0"
#define OTHER "0000:45:00.1"

static void make_interface(const struct snapshot *snapshot, const char *name, const char *flags) {
	char path[256], target[256];

	snprintf(path, sizeof(path), NET "/%s/flags", name);
	snapshot_write(snapshot, path, flags);
	snprintf(path, sizeof(path), "/sys/class/net/%s", name);
	snprintf(target, sizeof(target), "../../devices/virtual/net/%s", name);
	snapshot_link(snapshot, path, target);
}

static void put_below(const struct snapshot *snapshot, const char *name, const char *lower) {
	char path[256];

	snprintf(path, sizeof(path), NET "/%s/lower_%s", name, lower);
	snapshot_write(snapshot, path, "");
}

static void set(const struct snapshot *snapshot, const char *name, const char *attribute,
	const char *value) {
	char path[256];

	snprintf(path, sizeof(path), NET "/%s/%s", name, attribute);
	snapshot_write(snapshot, path, value);
}

static void the_card_of_the_default_route_is_held(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const struct holder *holder = holder_of(&snapshot, "0000:04:00.0", HOLDER_ROUTE, "enp4s0");

	assert_non_null(holder);
	assert_string_equal(holder->node, "enp4s0");
	assert_true(holder_keeps(holder));
}

static void a_route_through_a_bridge_holds_the_card_below(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");
	const struct holder *holder = holder_of(&snapshot, CARD, HOLDER_ROUTE, "vmbr0");

	assert_non_null(holder);
	assert_string_equal(holder->node, "eno1");
	assert_int_equal(holders_of(&snapshot, OTHER), 0);
}

static void interfaces_in_a_circle_end(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");

	snapshot_remove(&snapshot, NET "/vmbr0/lower_eno1");
	put_below(&snapshot, "vmbr0", "vmbr0");
	snapshot_read(&snapshot);
	assert_int_equal(holders_of(&snapshot, CARD), 0);
}

/* A tunnel's packets leave by a gateway, whichever that is. */
static void a_default_route_in_a_tunnel_holds_the_card_of_the_gateway(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");

	make_interface(&snapshot, "wg0", "0x1091");
	snapshot_write(&snapshot, "/proc/net/route",
		HEADING "wg0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\n"
			"eno2\t0A0A0A0A\t0100A8C0\t0007\t0\t0\t0\tFFFFFFFF\n"
			"vmbr0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n");
	snapshot_read(&snapshot);
	assert_non_null(holder_of(&snapshot, OTHER, HOLDER_ROUTE, "wg0"));
	assert_null(holder_of(&snapshot, CARD, HOLDER_ROUTE, "wg0"));
}

static void without_a_gateway_it_may_stand_on_any_card_that_is_up(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");

	make_interface(&snapshot, "ppp0", "0x1091");
	snapshot_write(&snapshot, "/proc/net/route",
		HEADING "ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\n");
	snapshot_write(&snapshot, "/sys/class/net/eno1/flags", "0x1002");
	snapshot_write(&snapshot, "/sys/class/net/eno2/flags", "0x1003");
	snapshot_read(&snapshot);
	assert_non_null(holder_of(&snapshot, OTHER, HOLDER_ROUTE, "ppp0"));
	assert_null(holder_of(&snapshot, CARD, HOLDER_ROUTE, "ppp0"));
}

static void an_interface_that_is_up_is_only_named(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");

	snapshot_write(&snapshot, "/sys/class/net/eno2/flags", "0x1003");
	snapshot_read(&snapshot);
	assert_false(holder_keeps(holder_of(&snapshot, OTHER, HOLDER_INTERFACE, "eno2")));
	assert_int_equal(holders_of(&snapshot, OTHER), 0);
	snapshot_write(&snapshot, "/sys/class/net/eno2/flags", "0x1002");
	snapshot_read(&snapshot);
	assert_null(holder_of(&snapshot, OTHER, HOLDER_INTERFACE, "eno2"));
}

/* eno2 in a bridge of its own, without a route. */
static void put_into_bridge(const struct snapshot *snapshot, const char *member) {
	make_interface(snapshot, "br1", "0x1003");
	put_below(snapshot, "br1", "eno2");
	put_below(snapshot, "br1", member);
	make_interface(snapshot, member, "0x1103");
	set(snapshot, member, "ifindex", "9");
	set(snapshot, member, "iflink", "9");
	set(snapshot, member, "operstate", "up");
}

static void a_guest_on_the_bridge_above_keeps_the_card(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");

	put_into_bridge(&snapshot, "tap7");
	set(&snapshot, "tap7", "tun_flags", "0x5002");
	snapshot_read(&snapshot);
	assert_string_equal(holder_of(&snapshot, OTHER, HOLDER_GUEST, "tap7")->node, "eno2");
	set(&snapshot, "tap7", "operstate", "down"); /* nobody has opened it */
	snapshot_read(&snapshot);
	assert_int_equal(holders_of(&snapshot, OTHER), 0);
}

static void a_container_keeps_it_and_the_hosts_own_members_do_not(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");

	put_into_bridge(&snapshot, "own0");
	snapshot_read(&snapshot);
	assert_int_equal(holders_of(&snapshot, OTHER), 0);
	set(&snapshot, "own0", "iflink", "2"); /* the other end of a veth */
	snapshot_read(&snapshot);
	assert_non_null(holder_of(&snapshot, OTHER, HOLDER_GUEST, "own0"));
}

static void a_macvtap_keeps_the_card_that_it_stands_on(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("proxmox-server");

	make_interface(&snapshot, "macvtap0", "0x1003");
	put_below(&snapshot, "macvtap0", "eno2");
	set(&snapshot, "macvtap0", "operstate", "up");
	snapshot_read(&snapshot);
	assert_int_equal(holders_of(&snapshot, OTHER), 0); /* a macvlan of the host's */
	set(&snapshot, "macvtap0", "tap11/dev", "511:1");
	snapshot_read(&snapshot);
	assert_non_null(holder_of(&snapshot, OTHER, HOLDER_GUEST, "macvtap0"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_card_of_the_default_route_is_held),
		cmocka_unit_test(a_route_through_a_bridge_holds_the_card_below),
		cmocka_unit_test(interfaces_in_a_circle_end),
		cmocka_unit_test(a_default_route_in_a_tunnel_holds_the_card_of_the_gateway),
		cmocka_unit_test(without_a_gateway_it_may_stand_on_any_card_that_is_up),
		cmocka_unit_test(an_interface_that_is_up_is_only_named),
		cmocka_unit_test(a_guest_on_the_bridge_above_keeps_the_card),
		cmocka_unit_test(a_container_keeps_it_and_the_hosts_own_members_do_not),
		cmocka_unit_test(a_macvtap_keeps_the_card_that_it_stands_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
