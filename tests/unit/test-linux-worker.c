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
#include "linux/deadline.h"
#include "linux/process.h"
#include "linux/worker.h"

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

/* What the worker has. */
struct summary {
	unsigned int open;    /* a bit for each descriptor */
	unsigned int is_root; /* those that are the root directory */
	bool own_session;
	bool in_root;
	bool blocks_term;
	bool own_path;
	bool other_variables;
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
	summary->own_path = strcmp(getenv("PATH"), "/usr/sbin:/usr/bin:/sbin:/bin") == 0;
	summary->other_variables = getenv("BATON_TEST");
	return own->root == 4 ? 7 : -EBADF;
}

static void inherits_nothing(void **state) {
	struct stat root;
	struct summary summary = {0};
	const struct duty duty = {look_around, &root, sizeof(root), sizeof(summary)};
	int extra = open("/", O_RDONLY); /* without O_CLOEXEC */
	sigset_t blocked;

	assert_int_equal(fstat(tree.fd, &root), 0);
	assert_int_equal(setenv("BATON_TEST", "1", 1), 0);
	assert_int_equal(worker_do(machine, &duty, deadline_after(10000), &summary, NULL), 7);
	assert_int_equal(summary.open, 0x1f);
	assert_int_equal(summary.is_root, 0x17);
	assert_true(summary.own_session);
	assert_true(summary.in_root);
	assert_true(summary.blocks_term);
	assert_true(summary.own_path);
	assert_false(summary.other_variables);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGTERM));
	close(extra);
}

static int write_file(struct machine *own, const void *order, void *answer, struct error *error) {
	return attribute_write(own->root, order, "written", error);
}

static struct duty write_to(const char *path) {
	return (struct duty){write_file, path, strlen(path) + 1, 0};
}

static struct process get_ready(void) {
	struct process process;

	assert_int_equal(worker_ready(machine, &process, NULL), 0);
	return process;
}

static bool is_alive(struct process process) {
	return worker_alive(&machine->ops, process);
}

static int give(const char *path, unsigned int timeout_ms, struct error *error) {
	const struct duty duty = write_to(path);

	return worker_order(machine, &duty, deadline_after(timeout_ms), NULL, error);
}

static void one_worker_does_all_orders(void **state) {
	struct process process = get_ready();

	tree_file(&tree, "a", "");
	tree_file(&tree, "b", "");
	assert_true(process_alive(process));
	assert_false(is_alive(process)); /* it is not at work */
	assert_int_equal(give("a", 10000, NULL), 0);
	assert_true(tree_holds(&tree, "a", "written"));
	assert_true(tree_holds(&tree, "b", ""));
	assert_int_equal(get_ready().pid, process.pid);
	assert_int_equal(give("b", 10000, NULL), 0);
	assert_true(tree_holds(&tree, "b", "written"));
	assert_false(is_alive(process));
	worker_dismiss(machine);
	assert_false(process_alive(process));
}

/* Has a worker made by a process that is then killed; an order is given first, or not. */
static struct process orphan(const char *path) {
	struct process process;
	int told[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (worker_ready(machine, &process, NULL) < 0 ||
			write(told[1], &process, sizeof(process)) < 0) {
			_exit(1);
		}
		if (path) {
			(void)!give(path, 50, NULL); /* which it does not get done */
		}
		(void)!write(told[1], "", 1);
		while (pause() < 0) {
		}
	}
	assert_int_equal(read(told[0], &process, sizeof(process)), sizeof(process));
	assert_int_equal(read(told[0], &byte, 1), 1);
	close(told[0]);
	close(told[1]);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return process;
}

static void an_idle_worker_ends_with_its_maker(void **state) {
	struct process process = orphan(NULL);

	assert_false(is_alive(process));
	assert_false(process_alive(process));
}

static void wait_for_end(struct process process) {
	struct pollfd end = {.fd = process_open(process), .events = POLLIN};

	if (end.fd >= 0) {
		assert_int_equal(poll(&end, 1, 10000), 1);
		close(end.fd);
	}
	assert_false(process_alive(process));
}

/* A FIFO that nobody reads is a driver that does not let go. */
static void drain_fifo(void) {
	int reader = openat(tree.fd, "fifo", O_RDONLY | O_CLOEXEC);
	char data[16];

	assert_true(reader >= 0);
	assert_int_equal(read(reader, data, sizeof(data)), strlen("written"));
	assert_int_equal(read(reader, data, sizeof(data)), 0);
	close(reader);
}

static void a_busy_worker_outlives_its_maker(void **state) {
	struct process process;

	tree_fifo(&tree, "fifo");
	process = orphan("fifo");
	assert_true(is_alive(process));
	drain_fifo();
	wait_for_end(process);
	assert_false(is_alive(process));
}

static void a_stuck_worker_is_left_alone(void **state) {
	struct process stuck = get_ready(), other;
	struct error error;

	tree_fifo(&tree, "fifo");
	tree_file(&tree, "a", "");
	assert_int_equal(give("fifo", 50, &error), -EINPROGRESS);
	assert_true(is_alive(stuck));
	other = get_ready();
	assert_int_not_equal(other.pid, stuck.pid);
	assert_int_equal(give("a", 10000, NULL), 0);
	assert_true(tree_holds(&tree, "a", "written"));

	assert_true(is_alive(stuck)); /* still at it, and what it waits for can come */
	drain_fifo();
	wait_for_end(stuck);
	assert_false(is_alive(stuck));
}

static void tells_why_it_failed(void **state) {
	const struct duty duty = write_to("missing");
	struct error error = {0};

	assert_int_equal(worker_do(machine, &duty, deadline_after(10000), NULL, &error), -ENOENT);
	assert_non_null(strstr(error.text, "/missing"));
}

static void keeps_no_lock_of_its_maker(void **state) {
	int mine, other;

	tree_fifo(&tree, "fifo");
	tree_file(&tree, "lock", "");
	mine = openat(tree.fd, "lock", O_RDONLY);
	other = openat(tree.fd, "lock", O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(mine, LOCK_EX), 0);
	get_ready();
	assert_int_equal(give("fifo", 50, NULL), -EINPROGRESS);
	close(mine);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	close(other);
	drain_fifo();
}

static int wait_for_ever(
	struct machine *own, const void *order, void *answer, struct error *error) {
	kill(getppid(), SIGUSR1);
	while (pause() < 0) {
	}
	return 0;
}

static pid_t victim;

static void kill_victim(int signal) {
	kill(victim, SIGKILL);
}

static void is_mourned_if_somebody_kills_it(void **state) {
	const struct duty duty = {.work = wait_for_ever};
	struct process process = get_ready();
	struct error error;

	victim = process.pid;
	signal(SIGUSR1, kill_victim);
	assert_int_equal(
		worker_order(machine, &duty, deadline_after(10000), NULL, &error), -ECHILD);
	assert_non_null(strstr(error.text, "signal 9"));
	signal(SIGUSR1, SIG_DFL);
	assert_false(is_alive(process));
}

static void is_replaced_if_it_died_idle(void **state) {
	struct process process = get_ready();

	tree_file(&tree, "a", "");
	kill(process.pid, SIGKILL);
	wait_for_end(process);
	assert_int_not_equal(get_ready().pid, process.pid);
	assert_int_equal(give("a", 10000, NULL), 0);

	process = get_ready();
	kill(process.pid, SIGKILL);
	wait_for_end(process);
	assert_int_equal(give("a", 10000, NULL), -ECHILD); /* the journal names this one */
}

static void works_where_children_are_ignored(void **state) {
	const struct duty duty = write_to("a");

	tree_file(&tree, "a", "");
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(worker_do(machine, &duty, deadline_after(10000), NULL, NULL), 0);
	worker_dismiss(machine);
	signal(SIGCHLD, SIG_DFL);
	assert_true(tree_holds(&tree, "a", "written"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(inherits_nothing),
		TEST(one_worker_does_all_orders),
		TEST(an_idle_worker_ends_with_its_maker),
		TEST(a_busy_worker_outlives_its_maker),
		TEST(a_stuck_worker_is_left_alone),
		TEST(tells_why_it_failed),
		TEST(keeps_no_lock_of_its_maker),
		TEST(is_mourned_if_somebody_kills_it),
		TEST(is_replaced_if_it_died_idle),
		TEST(works_where_children_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
