// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "linux/child.h"

static int run(const char *script, struct error *error) {
	char shell[] = "sh", option[] = "-c", copy[256];
	char *words[] = {shell, option, copy, NULL};

	assert_true(strlen(script) < sizeof(copy));
	strcpy(copy, script);
	return child_run("/bin/sh", words, error);
}

static void the_exit_code_is_passed_on(void **state) {
	struct error error = {0};

	assert_int_equal(run("exit 0", &error), 0);
	assert_int_equal(run("exit 7", &error), 7);
	assert_int_equal(run("exit 255", &error), 255);
}

static void a_death_by_signal_is_told_as_shells_do(void **state) {
	struct error error = {0};

	assert_int_equal(run("kill -9 $$", &error), 128 + 9);
}

static void what_cannot_be_executed_is_told(void **state) {
	char name[] = "none";
	char *words[] = {name, NULL};
	struct error error = {0};

	assert_int_equal(child_run("/nonexistent/none", words, &error), -ENOENT);
	assert_non_null(strstr(error.text, "/nonexistent/none"));
	assert_int_equal(child_run("/", words, &error), -EACCES);
}

/* The child answers the signal with a code of its own. */
static void signals_are_passed_on(void **state) {
	struct error error = {0};

	/* $PPID is this process: it asks for what a service manager sends. */
	assert_int_equal(
		run("trap 'exit 5' TERM; kill -TERM $PPID; while :; do sleep 0.01; done", &error),
		5);
}

static void the_childs_signals_are_not_blocked(void **state) {
	struct error error = {0};

	assert_int_equal(run("kill -TERM $$; exit 1", &error), 128 + SIGTERM);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exit_code_is_passed_on),
		cmocka_unit_test(a_death_by_signal_is_told_as_shells_do),
		cmocka_unit_test(what_cannot_be_executed_is_told),
		cmocka_unit_test(signals_are_passed_on),
		cmocka_unit_test(the_childs_signals_are_not_blocked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
