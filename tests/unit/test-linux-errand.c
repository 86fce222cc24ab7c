// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/errand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "linux/process.h"

static struct errand_child begin(const char *program, const char *script) {
	char shell[] = "sh", option[] = "-c", copy[256];
	char *words[] = {shell, option, copy, NULL};
	const struct errand errand = {.program = program, .words = words};
	struct errand_child child;
	struct error error = {0};

	assert_true(strlen(script) < sizeof(copy));
	strcpy(copy, script);
	assert_int_equal(errand_begin(&errand, &child, &error), 0);
	return child;
}

static int wait_for(struct errand_child *child) {
	struct pollfd answer = {.fd = child->answer, .events = POLLIN};

	assert_int_equal(poll(&answer, 1, 10000), 1);
	return errand_end(child);
}

static void its_answer_comes_once_it_has_ended(void **state) {
	struct errand_child child = begin("/bin/sh", "exit 7");

	assert_int_equal(wait_for(&child), 7);
	assert_int_equal(child.answer, -1);
	assert_int_equal(child.process.pid, 0);
	child = begin("/nonexistent", "");
	assert_int_equal(wait_for(&child), 127);
}

static void the_answer_is_there_also_after_the_process_was_seen_to_be_gone(void **state) {
	struct errand_child child = begin("/bin/sh", "exit 3");
	struct pollfd answer = {.fd = child.answer, .events = POLLIN};

	assert_int_equal(poll(&answer, 1, 10000), 1);
	while (process_alive(child.process)) {
	}
	assert_int_equal(errand_end(&child), 3);
}

/* One that is at it until something is written to ends[1]: it inherits no descriptor of ours. */
static struct errand_child begin_to_wait(int ends[2]) {
	char script[64];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	snprintf(script, sizeof(script), "read line </proc/%d/fd/%d", (int)getpid(), ends[0]);
	return begin("/bin/sh", script);
}

static void one_that_is_still_at_it_has_no_answer(void **state) {
	int ends[2];
	struct errand_child child = begin_to_wait(ends);

	assert_int_equal(errand_end(&child), -EAGAIN);
	assert_int_equal(write(ends[1], "\n", 1), 1);
	assert_int_equal(wait_for(&child), 0);
	close(ends[0]);
	close(ends[1]);
}

/* Else it would keep alive whoever ends when the last copy of our end of a socket is closed: our
 * own worker, for which we wait. */
static void it_keeps_none_of_our_descriptors(void **state) {
	int ends[2], others[2];
	struct pollfd end = {.events = POLLIN};
	struct errand_child child;

	assert_int_equal(pipe2(others, O_CLOEXEC), 0);
	end.fd = others[0];
	child = begin_to_wait(ends);
	close(others[1]);
	assert_int_equal(poll(&end, 1, 10000), 1);
	assert_true(end.revents & POLLHUP);
	assert_int_equal(errand_end(&child), -EAGAIN);
	assert_int_equal(write(ends[1], "\n", 1), 1);
	assert_int_equal(wait_for(&child), 0);
	close(others[0]);
	close(ends[0]);
	close(ends[1]);
}

static void one_that_was_killed_has_failed(void **state) {
	struct errand_child child = begin("/bin/sh", "kill -9 $PPID");

	assert_int_equal(wait_for(&child), 128 + SIGKILL);
}

static void what_it_prints_goes_to_standard_error(void **state) {
	int ends[2], before_out = dup(STDOUT_FILENO), before_error = dup(STDERR_FILENO);
	int null = open("/dev/null", O_WRONLY);
	struct errand_child child;
	char text[16] = "";

	assert_int_equal(pipe(ends), 0);
	dup2(null, STDOUT_FILENO);
	dup2(ends[1], STDERR_FILENO);
	child = begin("/bin/sh", "echo hello");
	dup2(before_out, STDOUT_FILENO);
	dup2(before_error, STDERR_FILENO);
	assert_int_equal(wait_for(&child), 0);
	assert_int_equal(read(ends[0], text, sizeof(text) - 1), 6);
	assert_string_equal(text, "hello\n");
	close(ends[0]);
	close(ends[1]);
	close(null);
	close(before_out);
	close(before_error);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_answer_comes_once_it_has_ended),
		cmocka_unit_test(the_answer_is_there_also_after_the_process_was_seen_to_be_gone),
		cmocka_unit_test(one_that_is_still_at_it_has_no_answer),
		cmocka_unit_test(it_keeps_none_of_our_descriptors),
		cmocka_unit_test(one_that_was_killed_has_failed),
		cmocka_unit_test(what_it_prints_goes_to_standard_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
