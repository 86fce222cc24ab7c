// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "linux-tree.h"
#include "linux/attribute.h"
#include "linux/child.h"
#include "linux/deadline.h"
#include "linux/process.h"

static struct tree tree;
static struct machine *machine;

static int set_up(void **state) {
	struct linux_options options = {0};
	struct error error;

	tree_make(&tree);
	options.root = tree.path;
	machine = (struct machine *)linux_ops_new(&options, &error);
	return machine ? 0 : -1;
}

static int tear_down(void **state) {
	linux_ops_free(&machine->ops);
	tree_remove(&tree);
	return 0;
}

/* What the child has. */
struct summary {
	unsigned int open;    /* a bit for each descriptor */
	unsigned int is_root; /* those that are the root directory */
	bool own_session;
	bool in_root;
	bool blocks_term;
};

static int look_around(struct machine *own, const void *order, void *answer, struct error *error) {
	const struct stat *root = order;
	struct summary *summary = answer;
	struct stat stat;
	sigset_t blocked;

	for (int fd = 0; fd < 32; fd++) {
		if (fstat(fd, &stat) == 0) {
			summary->open |= 1U << fd;
			summary->is_root |= (unsigned int)(stat.st_ino == root->st_ino &&
							   stat.st_dev == root->st_dev)
					    << fd;
		}
	}
	summary->own_session = getsid(0) == getpid();
	summary->in_root = fstatat(AT_FDCWD, ".", &stat, 0) == 0 && stat.st_ino == root->st_ino;
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	summary->blocks_term = sigismember(&blocked, SIGTERM) == 1;
	return own->root == 4 ? 7 : -EBADF;
}

static void inherits_nothing(void **state) {
	struct stat root;
	struct summary summary = {0};
	const struct duty duty = {look_around, &root, sizeof(summary)};
	int extra = open("/", O_RDONLY); /* without O_CLOEXEC */
	sigset_t blocked;

	assert_int_equal(fstat(tree.fd, &root), 0);
	assert_int_equal(child_do(machine, &duty, deadline_after(10000), &summary, NULL), 7);
	assert_int_equal(summary.open, 0x1f);
	assert_int_equal(summary.is_root, 0x17);
	assert_true(summary.own_session);
	assert_true(summary.in_root);
	assert_true(summary.blocks_term);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGTERM));
	close(extra);
}

static int write_file(struct machine *own, const void *order, void *answer, struct error *error) {
	return attribute_write(own->root, order, "written", error);
}

static void does_nothing_until_it_is_let_go(void **state) {
	const struct duty duty = {.work = write_file, .order = "file"};
	struct child child;

	tree_file(&tree, "file", "");
	assert_int_equal(child_start(machine, &duty, &child, NULL), 0);
	assert_true(process_alive(child.process));
	assert_true(tree_holds(&tree, "file", ""));
	child_cancel(&child);
	assert_false(process_alive(child.process));
	assert_true(tree_holds(&tree, "file", ""));

	assert_int_equal(child_start(machine, &duty, &child, NULL), 0);
	assert_int_equal(child_run(machine, &child, deadline_after(10000), NULL, NULL), 0);
	assert_true(tree_holds(&tree, "file", "written"));
	assert_false(process_alive(child.process));
}

static void does_nothing_for_a_dead_parent(void **state) {
	const struct duty duty = {.work = write_file, .order = "file"};
	struct child child = {0};
	struct pollfd end = {.events = POLLIN};
	int told[2];
	pid_t pid;

	tree_file(&tree, "file", "");
	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (child_start(machine, &duty, &child, NULL) < 0 ||
			write(told[1], &child.process, sizeof(child.process)) < 0) {
			_exit(1);
		}
		for (;;) {
			pause();
		}
	}
	assert_true(read(told[0], &child.process, sizeof(child.process)) > 0);
	end.fd = process_open(child.process);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	if (end.fd >= 0) {
		assert_int_equal(poll(&end, 1, 10000), 1);
		close(end.fd);
	}
	assert_true(tree_holds(&tree, "file", ""));
	close(told[0]);
	close(told[1]);
}

static void tells_why_it_failed(void **state) {
	const struct duty duty = {.work = write_file, .order = "missing"};
	struct error error = {0};

	assert_int_equal(child_do(machine, &duty, deadline_after(10000), NULL, &error), -ENOENT);
	assert_non_null(strstr(error.text, "/missing"));
}

/* A FIFO that nobody reads is a driver that does not let go. */
static void is_left_alone_at_the_deadline(void **state) {
	const struct duty duty = {.work = write_file, .order = "fifo"};
	struct child child;
	char data[16];
	int reader;

	tree_fifo(&tree, "fifo");
	assert_int_equal(child_start(machine, &duty, &child, NULL), 0);
	assert_int_equal(child_run(machine, &child, deadline_after(50), NULL, NULL), -EINPROGRESS);
	assert_true(process_alive(child.process));

	/* It is still at it, and what it waits for can come. */
	reader = openat(tree.fd, "fifo", O_RDONLY | O_CLOEXEC);
	assert_true(reader >= 0);
	assert_int_equal(read(reader, data, sizeof(data)), strlen("written"));
	assert_int_equal(read(reader, data, sizeof(data)), 0);
	close(reader);
	assert_int_equal(waitpid(child.process.pid, NULL, 0), child.process.pid);
	assert_false(process_alive(child.process));
}

static void keeps_no_lock_of_its_parent(void **state) {
	const struct duty duty = {.work = write_file, .order = "fifo"};
	struct child child;
	int mine, other;

	tree_fifo(&tree, "fifo");
	tree_file(&tree, "lock", "");
	mine = openat(tree.fd, "lock", O_RDONLY);
	other = openat(tree.fd, "lock", O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(mine, LOCK_EX), 0);
	assert_int_equal(child_start(machine, &duty, &child, NULL), 0);
	assert_int_equal(child_run(machine, &child, deadline_after(50), NULL, NULL), -EINPROGRESS);
	close(mine);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	close(other);
	kill(child.process.pid, SIGKILL);
	assert_int_equal(waitpid(child.process.pid, NULL, 0), child.process.pid);
}

static int wait_for_ever(
	struct machine *own, const void *order, void *answer, struct error *error) {
	while (pause() < 0) {
	}
	return 0;
}

static void is_mourned_if_somebody_kills_it(void **state) {
	const struct duty duty = {.work = wait_for_ever};
	struct error error;
	struct child child;

	assert_int_equal(child_start(machine, &duty, &child, NULL), 0);
	kill(child.process.pid, SIGKILL);
	assert_int_equal(child_run(machine, &child, deadline_after(10000), NULL, &error), -ECHILD);
	assert_non_null(strstr(error.text, "signal 9"));
}

static void works_where_children_are_ignored(void **state) {
	const struct duty duty = {.work = write_file, .order = "file"};

	tree_file(&tree, "file", "");
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(child_do(machine, &duty, deadline_after(10000), NULL, NULL), 0);
	signal(SIGCHLD, SIG_DFL);
	assert_true(tree_holds(&tree, "file", "written"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(inherits_nothing),
		TEST(does_nothing_until_it_is_let_go),
		TEST(does_nothing_for_a_dead_parent),
		TEST(tells_why_it_failed),
		TEST(is_left_alone_at_the_deadline),
		TEST(keeps_no_lock_of_its_parent),
		TEST(is_mourned_if_somebody_kills_it),
		TEST(works_where_children_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
