// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/network/profile.h"

#include "snapshot.h"

#define CONNECTIONS "/etc/NetworkManager/system-connections/"
#define ACTIVE      "/run/NetworkManager/devices/"

/* The machine whose display manager runs the session of uid 1000, alone; by which user? */
static struct snapshot take(const char *user) {
	struct snapshot snapshot = snapshot_take("nvidia-single");
	char data[256];

	snprintf(data, sizeof(data),
		"UID=1000\nUSER=%s\nCLASS=user\nSCOPE=session-2.scope\nLEADER=900\n", user);
	snapshot_write(&snapshot, "/run/systemd/sessions/2", data);
	snapshot_write(&snapshot, "/sys/class/net/enp4s0/ifindex", "2\n");
	snapshot_write(&snapshot, ACTIVE "2",
		"[device]\nmanaged-type=full\nconnection-uuid=0a-1b\nnm-owned=false\n");
	return snapshot;
}

static void write_connection(
	const struct snapshot *snapshot, const char *name, const char *permissions) {
	char path[256], data[512];

	snprintf(path, sizeof(path), CONNECTIONS "%s.nmconnection", name);
	snprintf(data, sizeof(data),
		"# by hand\n[connection]\nid=%s\nuuid = 0a-1b\ntype=wifi\n%s"
		"\n[wifi]\nssid=x\n[wifi-security]\nkey-mgmt=wpa-psk\n",
		name, permissions);
	snapshot_write(snapshot, path, data);
}

static void a_connection_that_is_one_persons_ends_with_the_last_session(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take("alice");

	write_connection(&snapshot, "Home", "permissions=user:bob:;user:alice:;\n");
	snapshot_read(&snapshot);
	assert_int_equal(snapshot.host.profile_count, 1);
	assert_string_equal(snapshot.host.profiles[0].name, "Home");
	assert_string_equal(snapshot.host.profiles[0].user, "alice");
	assert_string_equal(snapshot.host.profiles[0].interface, "enp4s0");
	assert_false(snapshot.host.profiles[0].own);
}

static void everybodys_and_others_stay(void **state) {
	static const char *const permissions[] = {
		"", "permissions=\n", "permissions=user:bob:;\n", "permissions=group:alice:;\n"};

	for (size_t i = 0; i < COUNT(permissions); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = take("alice");

		write_connection(&snapshot, "Home", permissions[i]);
		snapshot_read(&snapshot);
		assert_int_equal(snapshot.host.profile_count, 0);
	}
}

static void one_that_is_not_up_is_not_lost(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take("alice");

	write_connection(&snapshot, "Home", "permissions=user:alice:;\n");
	snapshot_write(&snapshot, ACTIVE "2", "[device]\nconnection-uuid=0a-1c\n");
	snapshot_read(&snapshot);
	assert_int_equal(snapshot.host.profile_count, 0);
}

static void a_user_with_another_session_keeps_it_up(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take("alice");

	write_connection(&snapshot, "Home", "permissions=user:alice:;\n");
	snapshot_write(&snapshot, "/run/systemd/sessions/9",
		"UID=1000\nUSER=alice\nCLASS=user\nREMOTE=1\nLEADER=4711\n");
	snapshot_read(&snapshot);
	assert_int_equal(snapshot.host.profile_count, 0);
}

/* A user who lingers has a manager, and no session that NetworkManager would count. */
static void lingering_is_no_session(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take("alice");

	write_connection(&snapshot, "Home", "permissions=user:alice:;\n");
	snapshot_write(&snapshot, "/var/lib/systemd/linger/alice", "");
	snapshot_read(&snapshot);
	assert_int_equal(snapshot.host.profile_count, 1);
}

static void a_secret_that_a_session_keeps_is_told_of(void **state) {
	static const struct {
		const char *line;
		size_t count;
	} rows[] = {{"psk-flags=1\n", 1}, {"psk-flags = 1\n", 1}, {"password-flags=3\n", 1},
		{"psk-flags=0\n", 0}, {"psk-flags=2\n", 0}, {"flags=1\n", 0},
		{"psk=-flags=1\n", 0}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = take("alice");
		char data[256];

		snprintf(data, sizeof(data), "[connection]\nuuid=0a-1b\n[wifi-security]\n%s",
			rows[i].line);
		snapshot_write(&snapshot, "/run/NetworkManager/system-connections/x", data);
		snapshot_read(&snapshot);
		assert_int_equal(snapshot.host.profile_count, rows[i].count);
		if (rows[i].count > 0) {
			assert_string_equal(snapshot.host.profiles[0].name, "0a-1b");
			assert_string_equal(snapshot.host.profiles[0].user, "");
		}
	}
}

static void the_one_by_which_we_came_is_ours(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = take("alice");

	write_connection(&snapshot, "Home", "permissions=user:alice:;\n");
	snapshot_link(&snapshot, "/proc/self", "830");
	snapshot_write(&snapshot, "/proc/830/stat", "830 (baton) R 1 830 830");
	snapshot_link(&snapshot, "/proc/830/fd/0", "socket:[7001]");
	snapshot_write(&snapshot, "/proc/net/tcp",
		"   1: 0200A8C0:0016 08080808:D431 01 0:0 02:0 0     0        0 7001 1 x\n");
	snapshot_read(&snapshot);
	assert_int_equal(snapshot.host.profile_count, 1);
	assert_true(snapshot.host.profiles[0].own);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_that_is_one_persons_ends_with_the_last_session),
		cmocka_unit_test(everybodys_and_others_stay),
		cmocka_unit_test(one_that_is_not_up_is_not_lost),
		cmocka_unit_test(a_user_with_another_session_keeps_it_up),
		cmocka_unit_test(lingering_is_no_session),
		cmocka_unit_test(a_secret_that_a_session_keeps_is_told_of),
		cmocka_unit_test(the_one_by_which_we_came_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
