// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/rom.h"

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
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/rom.h"
#include "linux-tree.h"
#include "linux/linux.h"

#define CARD        "0000:01:00.0"
#define DEVICE      "sys/bus/pci/devices/" CARD
#define PATIENCE_MS 300
#define DEADLINE_MS 20000

/* A card without a driver, whose ROM is a pipe: who reads it waits for us. */
static struct tree tree;
static int rom;

static int set_up(void **state) {
	char path[128];

	tree_make(&tree);
	tree_file(&tree, DEVICE "/enable", "0\n");
	tree_fifo(&tree, DEVICE "/rom");
	snprintf(path, sizeof(path), "%s/" DEVICE "/rom", tree.path);
	rom = open(path, O_RDWR | O_CLOEXEC);
	return rom < 0 ? -1 : 0;
}

static int tear_down(void **state) {
	close(rom);
	tree_remove(&tree);
	return 0;
}

static int read_rom(unsigned int timeout_ms, struct text *ret) {
	const struct linux_options options = {.root = tree.path, .writer_timeout_ms = timeout_ms};
	struct error error = {0};
	struct ops *ops = linux_ops_new(&options, &error);
	int r;

	assert_non_null(ops);
	r = rom_read(ops, CARD, ret, &error);
	linux_ops_free(ops);
	return r;
}

static void a_rom_that_is_given_up_is_switched_off_again(void **state) {
	AUTO_TEXT struct text text = {0};

	assert_int_equal(read_rom(PATIENCE_MS, &text), -ETIMEDOUT);
	assert_true(tree_holds(&tree, DEVICE "/enable", "0\n"));
}

/* Waits until somebody has written to the file that is listened to. */
static void await_write(int events) {
	struct pollfd fd = {.fd = events, .events = POLLIN};
	char event[512];

	assert_int_equal(poll(&fd, 1, DEADLINE_MS), 1);
	assert_true(read(events, event, sizeof(event)) > 0);
}

/* As ctrl-C does: whoever called and all of his children get it. */
static void an_interrupted_command_leaves_nothing_switched_on(void **state) {
	int events = inotify_init1(IN_CLOEXEC);
	char path[128], *bytes = calloc(1, ROM_MAX);
	int status;
	pid_t pid;

	assert_non_null(bytes);
	snprintf(path, sizeof(path), "%s/" DEVICE "/enable", tree.path);
	assert_true(inotify_add_watch(events, path, IN_MODIFY) >= 0);
	pid = fork();
	if (pid == 0) {
		AUTO_TEXT struct text text = {0};

		setpgid(0, 0);
		(void)!read_rom(DEADLINE_MS, &text);
		_exit(0);
	}
	await_write(events);
	assert_true(tree_holds(&tree, DEVICE "/enable", "1\n"));
	assert_int_equal(kill(-pid, SIGINT), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	/* The reader goes on, comes to the end, and puts everything back. */
	assert_int_equal(write(rom, bytes, ROM_MAX), ROM_MAX);
	await_write(events);
	assert_true(tree_holds(&tree, DEVICE "/enable", "0\n"));
	close(events);
	free(bytes);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(a_rom_that_is_given_up_is_switched_off_again),
		TEST(an_interrupted_command_leaves_nothing_switched_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
