// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/login.h"

#include <errno.h>

#include "snapshot.h"

#define CARD "0000:04:00.0" /* enp4s0: 192.168.0.0/24, and the default route */

#define HEADING "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt uid\n"
#define REST    " 00000000:00000000 02:000A7D4D 00000000     0        0 "

/* sshd (811) for a shell (820) that runs us (830). */
static void log_in(const struct snapshot *snapshot) {
	snapshot_write(snapshot, "/proc/811/stat", "811 (sshd-session) S 1 811 811");
	snapshot_write(snapshot, "/proc/811/comm", "sshd-session\n");
	snapshot_write(
		snapshot, "/proc/811/cgroup", "0::/user.slice/user-1000.slice/session-3.scope\n");
	snapshot_link(snapshot, "/proc/811/fd/3", "/dev/null");
	snapshot_link(snapshot, "/proc/811/fd/4", "socket:[7001]");
	snapshot_write(snapshot, "/proc/820/stat", "820 (bash) S 811 820 820");
	snapshot_write(snapshot, "/proc/830/stat", "830 (baton) R 820 830 820");
	snapshot_link(snapshot, "/proc/self", "830");
}

static void connect_to(const struct snapshot *snapshot, const char *local, const char *remote) {
	char data[512];

	snprintf(data, sizeof(data),
		HEADING "   0: 00000000:0016 00000000:0000 0A" REST "7000 1 x\n"
			"   1: %s:0016 %s:D431 01" REST "7001 1 x\n",
		local, remote);
	snapshot_write(snapshot, "/proc/net/tcp", data);
}

static const struct holder *login_of(const struct snapshot *snapshot) {
	return holder_of(snapshot, CARD, HOLDER_LOGIN, "sshd-session");
}

static void a_line_of_the_table_is_taken_apart(void **state) {
	struct connection connection;

	assert_int_equal(connection_parse("  17: 0200A8C0:0016 0300A8C0:D431 01" REST "12345 2 0",
				 &connection),
		0);
	assert_int_equal(connection.inode, 12345);
	assert_int_equal(connection.local.bytes[3], 2);
	assert_int_equal(connection.remote.bytes[3], 3);
	assert_int_equal(connection_parse("   1: 0000000000000000FFFF00000200A8C0:0016 "
					  "0000000000000000FFFF00000300A8C0:D431 01" REST "1 2 0",
				 &connection),
		0);
	assert_false(connection.remote.ipv6);
}

static void what_is_not_established_is_no_connection(void **state) {
	static const char *const lines[] = {"", HEADING, "  0: 0200A8C0:0016 0300A8C0:D431 01",
		"  0: 0200A8C0:0016 0300A8C0:D431 0A" REST "12345 2 0",
		"  0: 0200A8C0:0016 0300A8C:D431 01" REST "12345 2 0",
		"  x: 0200A8C0:0016 0300A8C0:D431 01" REST "12345 2 0"};
	struct connection connection;

	for (size_t i = 0; i < COUNT(lines); i++) {
		assert_int_equal(connection_parse(lines[i], &connection), -EINVAL);
	}
}

static void the_connection_of_whoever_asks_keeps_its_card(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");
	const struct holder *holder;

	log_in(&snapshot);
	connect_to(&snapshot, "0200A8C0", "0300A8C0");
	snapshot_read(&snapshot);
	holder = login_of(&snapshot);
	assert_non_null(holder);
	assert_true(holder->own);
	assert_int_equal(holder->who.pid, 811);
	assert_string_equal(holder->node, "enp4s0");
	assert_string_equal(holder->who.unit, "session-3.scope");
}

/* The answer goes where the route to the other end leads, whatever address this end has. */
static void a_connection_from_afar_goes_by_the_route(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	log_in(&snapshot);
	connect_to(&snapshot, "01010101", "08080808");
	snapshot_read(&snapshot);
	assert_non_null(login_of(&snapshot));
	snapshot_write(&snapshot, "/proc/net/route", "enp4s0 0000A8C0 0 0001 0 0 0 00FFFFFF\n");
	snapshot_read(&snapshot);
	assert_null(login_of(&snapshot));
}

static void one_within_the_machine_stands_on_no_card(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	log_in(&snapshot);
	connect_to(&snapshot, "0100007F", "0100007F");
	snapshot_read(&snapshot);
	assert_null(login_of(&snapshot));
	connect_to(&snapshot, "0200A8C0", "0200A8C0");
	snapshot_read(&snapshot);
	assert_null(login_of(&snapshot));
}

/* fe80::7 is on every network: the interface is the one that has our own end. */
static void within_one_network_the_own_address_tells(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	log_in(&snapshot);
	snapshot_write(&snapshot, "/proc/net/ipv6_route",
		"fe800000000000000000000000000000 40 0 00 0 0 0 0 00000001 enp4s0\n"
		"fe800000000000000000000000000009 80 0 00 0 0 0 0 80200001 other0\n");
	snapshot_write(&snapshot, "/proc/net/tcp6",
		HEADING "   1: 000080FE000000000000000009000000:0016 "
			"000080FE000000000000000007000000:D431 01" REST "7001 1 x\n");
	snapshot_read(&snapshot);
	assert_null(login_of(&snapshot));
	snapshot_write(&snapshot, "/proc/net/ipv6_route",
		"fe800000000000000000000000000000 40 0 00 0 0 0 0 00000001 other0\n"
		"fe800000000000000000000000000009 80 0 00 0 0 0 0 80200001 enp4s0\n");
	snapshot_read(&snapshot);
	assert_non_null(login_of(&snapshot));
}

static void another_persons_remote_session_keeps_it_too(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	log_in(&snapshot);
	snapshot_remove(&snapshot, "/proc/self");
	connect_to(&snapshot, "0200A8C0", "0300A8C0");
	snapshot_write(&snapshot, "/run/systemd/sessions/3",
		"UID=1000\nUSER=alice\nREMOTE=0\nCLASS=user\nLEADER=811\n");
	snapshot_read(&snapshot);
	assert_null(login_of(&snapshot));
	snapshot_write(&snapshot, "/run/systemd/sessions/3",
		"UID=1000\nUSER=alice\nREMOTE=1\nCLASS=user\nLEADER=811\n");
	snapshot_read(&snapshot);
	assert_non_null(login_of(&snapshot));
	assert_false(login_of(&snapshot)->own);
}

static void ancestors_in_a_circle_end(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("sata-in-group");

	log_in(&snapshot);
	snapshot_write(&snapshot, "/proc/811/stat", "811 (sshd-session) S 830 811 811");
	connect_to(&snapshot, "0200A8C0", "0300A8C0");
	snapshot_read(&snapshot);
	assert_non_null(login_of(&snapshot));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_the_table_is_taken_apart),
		cmocka_unit_test(what_is_not_established_is_no_connection),
		cmocka_unit_test(the_connection_of_whoever_asks_keeps_its_card),
		cmocka_unit_test(a_connection_from_afar_goes_by_the_route),
		cmocka_unit_test(one_within_the_machine_stands_on_no_card),
		cmocka_unit_test(within_one_network_the_own_address_tells),
		cmocka_unit_test(another_persons_remote_session_keeps_it_too),
		cmocka_unit_test(ancestors_in_a_circle_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
