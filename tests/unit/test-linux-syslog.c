// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "linux-tree.h"
#include "linux/syslog.h"
#include "linux/unit.h"

static struct step make_step(
	enum fact fact, const char *subject, const char *from, const char *to) {
	struct step step;

	assert_int_equal(step_make(fact, subject, from, to, &step), 0);
	return step;
}

static void an_entry_has_its_fields(void **state) {
	struct step step = make_step(FACT_DRIVER, "0000:01:00.0", "nvidia", "-");
	const struct event event = {"libvirt:win 11", &step, OUTCOME_DONE, 4200, NULL};
	AUTO_TEXT struct text text = {0};

	assert_int_equal(syslog_format(&event, &text), 0);
	assert_string_equal(text.data,
		"MESSAGE=libvirt:win 11: driver 0000:01:00.0 nvidia -: done (4.2 ms)\n"
		"PRIORITY=6\n"
		"SYSLOG_IDENTIFIER=baton\n"
		"BATON_GUEST=libvirt:win 11\n"
		"BATON_STEP=driver 0000:01:00.0 nvidia -\n"
		"BATON_DEVICE=0000:01:00.0\n"
		"BATON_RESULT=done\n"
		"BATON_DURATION_US=4200\n");
}

static void a_newline_cannot_forge_a_field(void **state) {
	static const char field[] = "BATON_GUEST\n\x0e\0\0\0\0\0\0\0a\nBATON_STEP=b\n";
	struct step step = make_step(FACT_SERVICE, "lightdm.service", "up", "down");
	const struct event event = {"a\nBATON_STEP=b", &step, OUTCOME_STUCK, 0, "it is\nstuck"};
	AUTO_TEXT struct text text = {0};

	assert_int_equal(syslog_format(&event, &text), 0);
	assert_non_null(memmem(text.data, text.length, field, sizeof(field) - 1));
	assert_non_null(memmem(text.data, text.length, "PRIORITY=3\n", strlen("PRIORITY=3\n")));
	assert_null(memmem(text.data, text.length, "BATON_DEVICE", strlen("BATON_DEVICE")));
}

static void every_result_has_a_name(void **state) {
	struct step step = make_step(FACT_MODULE, "nvidia", "loaded", "-");

	for (int outcome = OUTCOME_DONE; outcome <= OUTCOME_TAKEN; outcome++) {
		const struct event event = {"hand", &step, (enum outcome)outcome, 0, NULL};
		AUTO_TEXT struct text text = {0};

		assert_int_equal(syslog_format(&event, &text), 0);
		assert_non_null(strstr(text.data, "BATON_RESULT="));
		assert_null(strstr(text.data, "unknown"));
	}
}

static void a_hand_over_as_a_whole_has_no_step(void **state) {
	const struct event event = {"libvirt:win 11", NULL, OUTCOME_STUCK, 0, "the lock is held"};
	AUTO_TEXT struct text text = {0};

	assert_int_equal(syslog_format(&event, &text), 0);
	assert_non_null(strstr(text.data, "MESSAGE=libvirt:win 11: stuck: the lock is held\n"));
	assert_null(strstr(text.data, "BATON_STEP"));
}

static void an_entry_reaches_the_socket(void **state) {
	struct step step = make_step(FACT_MODULE, "nvidia", "loaded", "-");
	const struct event event = {"hand", &step, OUTCOME_UNDONE, 0, NULL};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	AUTO_TEXT struct text text = {0};
	struct tree tree;
	char data[1024];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	tree_make(&tree);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", tree.path);
	syslog_send(address.sun_path, &event); /* nobody there: dropped */
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	syslog_send(address.sun_path, &event);
	assert_int_equal(syslog_format(&event, &text), 0);
	assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), text.length);
	assert_memory_equal(data, text.data, text.length);
	close(fd);
	tree_remove(&tree);
}

static void states_fold_into_up_and_down(void **state) {
	static const char *const up[] = {"active", "reloading", "activating", "refreshing"};
	static const char *const down[] = {"inactive", "failed", "deactivating", "maintenance"};

	for (size_t i = 0; i < COUNT(up); i++) {
		assert_true(unit_state_is_up(up[i]));
		assert_false(unit_state_is_up(down[i]));
	}
}

static void unit_names_are_checked(void **state) {
	char name[300];

	assert_true(unit_is_name("getty@tty1.service"));
	assert_true(unit_is_name("a\\x2db.service"));
	assert_false(unit_is_name(""));
	assert_false(unit_is_name("lightdm"));
	assert_false(unit_is_name("a/b.service"));
	assert_false(unit_is_name("a b.service"));
	memset(name, 'a', sizeof(name));
	memcpy(name + 252, ".service", sizeof(".service"));
	assert_false(unit_is_name(name));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_has_its_fields),
		cmocka_unit_test(a_newline_cannot_forge_a_field),
		cmocka_unit_test(every_result_has_a_name),
		cmocka_unit_test(a_hand_over_as_a_whole_has_no_step),
		cmocka_unit_test(an_entry_reaches_the_socket),
		cmocka_unit_test(states_fold_into_up_and_down),
		cmocka_unit_test(unit_names_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
