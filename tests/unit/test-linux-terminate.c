// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux-tree.h"
#include "linux/linux.h"
#include "linux/process.h"

/* Only children of the test are ended. */
static struct tree tree;
static struct ops *ops;

static int set_up(void **state) {
	struct linux_options options = {.process_timeout_ms = 200};
	struct error error;

	tree_make(&tree);
	options.root = tree.path;
	ops = linux_ops_new(&options, &error);
	return ops ? 0 : -1;
}

static int tear_down(void **state) {
	linux_ops_free(ops);
	tree_remove(&tree);
	return 0;
}

struct child {
	struct process process;
	char subject[SUBJECT_SIZE];
};

/* How it does with SIGTERM is settled when this returns. */
static struct child start(void (*on_term)(int)) {
	struct child child = {0};
	int ends[2];
	char byte;

	assert_int_equal(pipe(ends), 0);
	child.process.pid = fork();
	assert_true(child.process.pid >= 0);
	if (child.process.pid == 0) {
		(void)signal(SIGTERM, on_term);
		(void)prctl(PR_SET_NAME, "a (child) 1 2");
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)!write(ends[1], "x", 1);
		for (;;) {
			pause();
		}
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(process_find(child.process.pid, &child.process), 0);
	assert_int_equal(
		step_write_process(child.process.pid, child.process.start, child.subject), 0);
	return child;
}

static int finish(const struct child *child) {
	int status = 0;

	(void)kill(child->process.pid, SIGKILL);
	assert_int_equal(waitpid(child->process.pid, &status, 0), child->process.pid);
	return status;
}

static void assert_value(const char *subject, const char *value) {
	char now[VALUE_SIZE];
	struct error error = {0};

	assert_int_equal(ops->get(ops, FACT_PROCESS, subject, now, &error), 0);
	assert_string_equal(now, value);
}

static int end(const char *subject, struct error *error) {
	struct step step;
	struct writer writer;

	assert_int_equal(step_make(FACT_PROCESS, subject, "a (child) 1 2", "-", &step), 0);
	assert_int_equal(ops->begin(ops, &step, false, &writer, error), 0);
	assert_int_equal(writer.process.pid, 0);
	return ops->commit(ops, &writer, error);
}

static void a_process_is_its_name_until_it_ends(void **state) {
	struct child child = start(SIG_DFL);

	assert_value(child.subject, "a (child) 1 2");
	finish(&child);
	assert_value(child.subject, VALUE_NONE);
}

static void who_heeds_sigterm_is_not_killed(void **state) {
	struct child child = start(SIG_DFL);
	struct error error = {0};
	int status = 0;

	assert_int_equal(end(child.subject, &error), 0);
	assert_string_equal(error.text, "ended by SIGTERM");
	assert_value(child.subject, VALUE_NONE);
	/* Reading it has reaped it, unless that came first. */
	if (waitpid(child.process.pid, &status, WNOHANG) == child.process.pid) {
		assert_int_equal(WTERMSIG(status), SIGTERM);
	}
}

static void who_does_not_is_killed_at_the_deadline(void **state) {
	struct child child = start(SIG_IGN);
	struct error error = {0};

	assert_int_equal(end(child.subject, &error), 0);
	assert_non_null(strstr(error.text, "killed: SIGTERM had not ended it"));
	assert_value(child.subject, VALUE_NONE);
}

static void who_is_stopped_goes_on_to_hear_of_it(void **state) {
	struct child child = start(SIG_DFL);
	struct error error = {0};
	int status;

	assert_int_equal(kill(child.process.pid, SIGSTOP), 0);
	assert_int_equal(waitpid(child.process.pid, &status, WUNTRACED), child.process.pid);
	assert_int_equal(end(child.subject, &error), 0);
	assert_string_equal(error.text, "ended by SIGTERM");
}

static void a_later_process_with_the_pid_is_left_alone(void **state) {
	struct child child = start(SIG_DFL);
	struct error error = {0};

	child.process.start--;
	assert_int_equal(
		step_write_process(child.process.pid, child.process.start, child.subject), 0);
	assert_value(child.subject, VALUE_NONE);
	assert_int_equal(end(child.subject, &error), 0);
	assert_int_equal(kill(child.process.pid, 0), 0);
	assert_int_equal(WTERMSIG(finish(&child)), SIGKILL);
}

static void neither_the_first_process_nor_baton_itself_can_be_ended(void **state) {
	struct process self;
	char subject[SUBJECT_SIZE];
	struct error error = {0};

	assert_int_equal(process_find(getpid(), &self), 0);
	assert_int_equal(step_write_process(self.pid, self.start, subject), 0);
	assert_int_equal(end(subject, &error), -EINVAL);
	assert_int_equal(end("1.1", &error), -EINVAL);
	assert_int_equal(end("0.1", &error), -EINVAL);
}

static void what_is_no_process_is_refused(void **state) {
	static const char *const wrong[] = {"", ".", "1", "1.", ".1", "-1.5", "1.5x", "x.1",
		"99999999999.1", "1.99999999999999999999"};
	char now[VALUE_SIZE];

	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(ops->get(ops, FACT_PROCESS, wrong[i], now, NULL), -EINVAL);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_process_is_its_name_until_it_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_heeds_sigterm_is_not_killed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			who_does_not_is_killed_at_the_deadline, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			who_is_stopped_goes_on_to_hear_of_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_later_process_with_the_pid_is_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			neither_the_first_process_nor_baton_itself_can_be_ended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_process_is_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
