// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "linux/actor.h"
#include "linux/process.h"

static void a_command_line_is_one_line(void **state) {
	char command[12];

	assert_true(actor_parse_command("baton\0list\0", 11, command, sizeof(command)));
	assert_string_equal(command, "baton list");
	assert_true(actor_parse_command("a\0\0b\0\0", 6, command, sizeof(command)));
	assert_string_equal(command, "a  b");
	assert_true(actor_parse_command("0123456789abcdef", 16, command, sizeof(command)));
	assert_string_equal(command, "0123456789a");
	assert_false(actor_parse_command("", 0, command, sizeof(command)));
	assert_false(actor_parse_command("\0\0", 2, command, sizeof(command)));
	assert_string_equal(command, "");
}

static void somebody_is_told_with_command_and_time(void **state) {
	struct process self;
	struct actor actor;

	assert_int_equal(process_find(getpid(), &self), 0);
	assert_int_equal(actor_find(self, &actor), 0);
	assert_int_equal(actor.process.pid, getpid());
	assert_non_null(strstr(actor.command, "test-linux-actor"));
	assert_in_range(actor.since_s, time(NULL) - 300, time(NULL) + 2);
}

static void who_has_ended_is_not_told(void **state) {
	struct process process;
	struct actor actor;
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0) {
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(process_find(pid, &process), 0);
	assert_int_equal(actor_find(process, &actor), -ESRCH);
}

static void another_one_with_the_pid_is_not_told(void **state) {
	struct process self;
	struct actor actor = {.since_s = 5};

	assert_int_equal(process_find(getpid(), &self), 0);
	self.start++;
	assert_int_equal(actor_find(self, &actor), -ESRCH);
	assert_int_equal(actor.since_s, 5);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_line_is_one_line),
		cmocka_unit_test(somebody_is_told_with_command_and_time),
		cmocka_unit_test(who_has_ended_is_not_told),
		cmocka_unit_test(another_one_with_the_pid_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
