// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/pause.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define LONG_MS 60000

/* A terminal as standard input; returns the end at which somebody types. */
static int open_terminal(void) {
	int keyboard = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), terminal;

	assert_true(keyboard >= 0);
	assert_int_equal(grantpt(keyboard), 0);
	assert_int_equal(unlockpt(keyboard), 0);
	terminal = open(ptsname(keyboard), O_RDWR | O_NOCTTY);
	assert_true(terminal >= 0);
	assert_int_equal(dup2(terminal, STDIN_FILENO), STDIN_FILENO);
	close(terminal);
	return keyboard;
}

static enum pause_end wait_for(unsigned int timeout_ms) {
	enum pause_end end = PAUSE_OVER;
	struct error error = {0};

	assert_int_equal(pause_wait(timeout_ms, &end, &error), 0);
	return end;
}

static void the_time_ends_it(void **state) {
	int keyboard = open_terminal();

	assert_int_equal(wait_for(10), PAUSE_OVER);
	close(keyboard);
}

static void enter_ends_it(void **state) {
	int keyboard = open_terminal();

	assert_int_equal(write(keyboard, "x\n", 2), 2);
	assert_int_equal(wait_for(LONG_MS), PAUSE_KEY);
	close(keyboard);
}

static void a_key_alone_does_not(void **state) {
	int keyboard = open_terminal();

	assert_int_equal(write(keyboard, "x", 1), 1);
	assert_int_equal(wait_for(50), PAUSE_OVER);
	close(keyboard);
}

static void a_signal_ends_it_and_not_us(void **state) {
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
	int keyboard = open_terminal();

	assert_int_equal(wait_for(0), PAUSE_OVER);
	for (size_t i = 0; i < COUNT(signals); i++) {
		sigset_t pending;
		int taken;

		raise(signals[i]);
		assert_int_equal(wait_for(LONG_MS), PAUSE_SIGNAL);
		sigemptyset(&pending);
		sigaddset(&pending, signals[i]);
		assert_int_equal(sigwait(&pending, &taken), 0);
	}
	close(keyboard);
}

static void a_terminal_that_goes_away_is_waited_for_no_longer(void **state) {
	close(open_terminal());
	assert_int_equal(wait_for(50), PAUSE_OVER);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_time_ends_it),
		cmocka_unit_test(enter_ends_it),
		cmocka_unit_test(a_key_alone_does_not),
		cmocka_unit_test(a_signal_ends_it_and_not_us),
		cmocka_unit_test(a_terminal_that_goes_away_is_waited_for_no_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
