// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/session.h"

#include <errno.h>
#include <string.h>

#include "snapshot.h"

static int parse(const char *data, struct session *ret) {
	AUTO_FREE char *copy = strdup(data);

	assert_non_null(copy);
	return session_parse("c7", copy, ret);
}

static void a_session_is_read_as_logind_wrote_it(void **state) {
	struct session session;

	assert_int_equal(parse("# private\nUID=1000\nUSER=ada\nSTATE=active\nCLASS=user\n"
			       "SCOPE=session-2.scope\nLEADER=900\n",
				 &session),
		0);
	assert_int_equal(session.uid, 1000);
	assert_int_equal(session.leader, 900);
	assert_string_equal(session.user, "ada");
	assert_string_equal(session.scope, "session-2.scope");
	assert_true(session.of_a_person);
}

static void a_session_without_a_scope_goes_by_its_name(void **state) {
	struct session session;

	assert_int_equal(parse("LEADER=900\nCLASS=greeter\n", &session), 0);
	assert_string_equal(session.scope, "session-c7.scope");
	assert_false(session.of_a_person);
}

static void what_does_not_count_is_refused(void **state) {
	static const char *const texts[] = {"", "UID=1\n", "LEADER=0\n", "LEADER=-1\n",
		"LEADER=x\n", "LEADER=99999999999\n", "LEADER=5\nSTATE=closing\n",
		"LEADER=5\nUID=-5\n", "# LEADER=5\n"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct session session = {.leader = 77};

		assert_int_equal(parse(texts[i], &session), -EINVAL);
		assert_int_equal(session.leader, 77);
	}
}

static void the_pipes_beside_the_sessions_are_left_alone(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	AUTO_SESSIONS struct sessions sessions = {0};

	assert_int_equal(
		machine_write(&snapshot.machine, "/run/systemd/sessions/2.ref", "LEADER=5\n"), 0);
	assert_int_equal(sessions_read(snapshot.machine.root, &sessions), 0);
	assert_int_equal(sessions.count, 1);
	assert_int_equal(sessions.sessions[0].leader, 900);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_read_as_logind_wrote_it),
		cmocka_unit_test(a_session_without_a_scope_goes_by_its_name),
		cmocka_unit_test(what_does_not_count_is_refused),
		cmocka_unit_test(the_pipes_beside_the_sessions_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
