// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/process.h"

#define REST " 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 9 9"

static void reads_the_start_behind_any_name(void **state) {
	struct process_stat stat;

	assert_int_equal(process_stat_parse("12 (a) S 7" REST, &stat), 0);
	assert_int_equal(stat.start, 98765);
	assert_int_equal(stat.parent, 7);
	assert_int_equal(stat.state, 'S');
	assert_false(stat.kernel);
	assert_int_equal(process_stat_parse("12 (x) Z 3 (y) ) R 1" REST, &stat), 0);
	assert_string_equal(stat.comm, "x) Z 3 (y) ");
	assert_int_equal(stat.state, 'R');
	assert_int_equal(stat.start, 98765);
}

static void tells_kernel_threads(void **state) {
	struct process_stat stat;

	assert_int_equal(process_stat_parse("2 (kvm-nx) S 2 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 "
					    "1 0 33 0 0",
				 &stat),
		0);
	assert_true(stat.kernel);
	assert_int_equal(stat.start, 33);
}

static void refuses_what_is_no_stat(void **state) {
	static const char *const lines[] = {"", "12", "12 (a", "12 a) S 1", "12 )( S 1" REST,
		"12 (a) S", "12 (a) S x" REST, "12 (a) S 1 1 1 0 -1 4194304",
		"12 (a) S 1 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 "};
	struct process_stat stat = {.start = 5};

	for (size_t i = 0; i < COUNT(lines); i++) {
		assert_int_equal(process_stat_parse(lines[i], &stat), -EINVAL);
		assert_int_equal(stat.start, 5);
	}
}

static pid_t start_sleeper(void) {
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			pause();
		}
	}
	assert_true(pid > 0);
	return pid;
}

static void knows_the_living_from_the_dead(void **state) {
	pid_t pid = start_sleeper();
	struct process process, other;
	siginfo_t info;

	assert_int_equal(process_find(pid, &process), 0);
	assert_true(process_alive(process));
	other = process;
	other.start++;
	assert_false(process_alive(other));
	assert_false(process_alive((struct process){0}));

	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_false(process_alive(process)); /* a zombie, which is reaped by this */
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(process_find(pid, &process), -ESRCH);
}

static void holds_on_to_that_very_process(void **state) {
	pid_t pid = start_sleeper();
	struct process process;
	struct pollfd wait = {.events = POLLIN};

	assert_int_equal(process_find(pid, &process), 0);
	wait.fd = process_open(process);
	assert_true(wait.fd >= 0);
	assert_int_equal(poll(&wait, 1, 0), 0);
	process.start++;
	assert_int_equal(process_open(process), -ESRCH);
	process.start--;
	kill(pid, SIGKILL);
	assert_int_equal(poll(&wait, 1, 10000), 1);
	close(wait.fd);
	assert_int_equal(process_open(process), -ESRCH);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_start_behind_any_name),
		cmocka_unit_test(tells_kernel_threads),
		cmocka_unit_test(refuses_what_is_no_stat),
		cmocka_unit_test(knows_the_living_from_the_dead),
		cmocka_unit_test(holds_on_to_that_very_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
