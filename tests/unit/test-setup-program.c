// SPDX-License-Identifier: GPL-2.0-or-later
#include "setup/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "linux-tree.h"

#define DEADLINE_MS 30000

static struct tree tree;
static char path[128], heard[256];

static int set_up(void **state) {
	tree_make(&tree);
	snprintf(path, sizeof(path), "%s/program", tree.path);
	heard[0] = '\0';
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

static void note(void *context, const char *data, size_t length) {
	size_t room = sizeof(heard) - strlen(heard) - 1;

	strncat(heard, data, length < room ? length : room);
}

static int run(const char *script, unsigned int timeout_ms, struct error *error) {
	const char *argv[] = {path, "one", "two words", NULL};
	const struct program program = {.argv = argv, .timeout_ms = timeout_ms, .hear = note};

	tree_file(&tree, "program", script);
	assert_int_equal(fchmodat(tree.fd, "program", 0755, 0), 0);
	return program_run(&program, error);
}

static void what_it_prints_is_heard_and_how_it_ends_is_told(void **state) {
	struct error error = {0};

	assert_int_equal(run("#!/bin/sh\necho \"$2\"\necho error >&2\n", DEADLINE_MS, &error), 0);
	assert_string_equal(heard, "two words\nerror\n");
	assert_int_equal(run("#!/bin/sh\nexit 7\n", DEADLINE_MS, &error), -EIO);
	assert_non_null(strstr(error.text, "failed with code 7"));
	assert_int_equal(run("#!/bin/sh\nkill -9 $$\n", DEADLINE_MS, &error), -EIO);
	assert_non_null(strstr(error.text, "was ended by signal 9"));
	assert_int_equal(run("#!/nowhere\n", DEADLINE_MS, &error), -ENOENT);
	assert_non_null(strstr(error.text, "cannot execute"));
}

/* Both wait for what nobody writes. */
static const char waiting[] = "#!/bin/sh\n"
			      "cd \"${0%/program}\"\n"
			      "exec 9>alive\n"
			      "(echo x >&9; exec cat <never)\n";

/* Until the pipe has something, or its other end has gone. */
static void wait_for(int fd, short event) {
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&poll_fd, 1, DEADLINE_MS), 1);
	assert_true(poll_fd.revents & event);
}

static int open_pipes(void) {
	int fd;

	tree_fifo(&tree, "alive");
	tree_fifo(&tree, "never");
	fd = openat(tree.fd, "alive", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void one_that_does_not_end_is_killed_with_what_it_has_started(void **state) {
	AUTO_CLOSE int fd = open_pipes();
	struct error error = {0};
	char byte[2];

	assert_int_equal(run(waiting, 500, &error), -ETIMEDOUT);
	(void)!read(fd, byte, sizeof(byte));
	wait_for(fd, POLLHUP);
}

/* Or the next call would run it a second time beside this one. */
static void whoever_is_killed_takes_it_along(void **state) {
	AUTO_CLOSE int fd = open_pipes();
	char byte[2];
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		(void)!run(waiting, DEADLINE_MS, NULL);
		_exit(0);
	}
	assert_true(pid > 0);
	wait_for(fd, POLLIN);
	assert_int_equal(read(fd, byte, sizeof(byte)), 2);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	wait_for(fd, POLLHUP);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_it_prints_is_heard_and_how_it_ends_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			one_that_does_not_end_is_killed_with_what_it_has_started, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			whoever_is_killed_takes_it_along, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
