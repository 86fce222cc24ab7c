// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "linux-tree.h"
#include "linux/deadline.h"
#include "linux/lock.h"

static struct tree tree;
static char state_path[128];

static struct ops *make_ops(unsigned int timeout_ms) {
	struct linux_options options = {.state = state_path, .lock_timeout_ms = timeout_ms};
	struct error error;
	struct ops *ops = linux_ops_new(&options, &error);

	assert_non_null(ops);
	return ops;
}

static int set_up(void **state) {
	tree_make(&tree);
	snprintf(state_path, sizeof(state_path), "%s/baton", tree.path);
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

/* Somebody else who has the lock until a byte comes, and then for hold_ms more. */
static pid_t start_holder(int *ret_go, unsigned int hold_ms) {
	int ready[2], go[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		struct ops *ops = make_ops(1000);
		struct error error;
		struct pollfd never = {.fd = -1};

		close(go[1]);
		if (ops->lock(ops, &error) < 0 || write(ready[1], "", 1) != 1) {
			_exit(1);
		}
		(void)!read(go[0], &byte, 1);
		(void)!deadline_poll(&never, 1, deadline_after(hold_ms));
		ops->unlock(ops);
		linux_ops_free(ops);
		_exit(0);
	}
	assert_true(pid > 0);
	close(ready[1]);
	close(go[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	*ret_go = go[1];
	return pid;
}

static void names_who_has_it(void **state) {
	struct ops *ops = make_ops(50);
	struct error error;
	char pid_text[32];
	uint64_t begun;
	int go;
	pid_t pid = start_holder(&go, 0);

	begun = clock_us();
	assert_int_equal(ops->lock(ops, &error), -EBUSY);
	assert_in_range(clock_us() - begun, 50000, 5000000);
	snprintf(pid_text, sizeof(pid_text), "process %d", (int)pid);
	assert_non_null(strstr(error.text, pid_text));
	assert_non_null(strstr(error.text, "test-linux-lock"));
	assert_non_null(strstr(error.text, state_path));

	close(go);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(ops->lock(ops, &error), 0);
	ops->unlock(ops);
	linux_ops_free(ops);
}

static void gets_it_when_it_is_let_go(void **state) {
	struct ops *ops = make_ops(20000);
	struct error error;
	int go;
	pid_t pid = start_holder(&go, 100);

	close(go);
	assert_int_equal(ops->lock(ops, &error), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	ops->unlock(ops);
	assert_int_equal(ops->lock(ops, &error), 0);
	ops->unlock(ops);
	linux_ops_free(ops);
}

static void goes_with_a_holder_that_is_killed(void **state) {
	struct ops *ops = make_ops(20000);
	struct error error;
	int go;
	pid_t pid = start_holder(&go, 0);

	kill(pid, SIGKILL);
	assert_int_equal(ops->lock(ops, &error), 0);
	linux_ops_free(ops); /* which lets go too */
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(go);
	ops = make_ops(50);
	assert_int_equal(ops->lock(ops, &error), 0);
	linux_ops_free(ops);
}

static void leaves_signals_as_they_were(void **state) {
	struct sigaction action = {.sa_handler = SIG_IGN}, after;
	struct ops *ops = make_ops(30);
	struct error error;
	sigset_t mask, mask_after;
	int go;
	pid_t pid = start_holder(&go, 0);

	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGALRM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	assert_int_equal(ops->lock(ops, &error), -EBUSY);
	sigaction(SIGALRM, NULL, &after);
	sigprocmask(SIG_UNBLOCK, &mask, &mask_after);
	assert_ptr_equal(after.sa_handler, SIG_IGN);
	assert_true(sigismember(&mask_after, SIGALRM));
	close(go);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	linux_ops_free(ops);
}

static void finds_the_holder_among_locks(void **state) {
	static const char locks[] = "1: POSIX  ADVISORY  WRITE 10 00:1a:567 0 EOF\n"
				    "2: FLOCK  ADVISORY  WRITE 11 00:1a:568 0 EOF\n"
				    "3: FLOCK  ADVISORY  WRITE 12 00:1a:567 0 EOF\n"
				    "3: -> FLOCK  ADVISORY  WRITE 13 00:1a:567 0 EOF\n"
				    "4: FLOCK  ADVISORY  WRITE 14 fd:01:567 0 EOF\n";
	pid_t pid = 0;

	assert_int_equal(lock_holder_parse(locks, 0, 0x1a, 567, &pid), 0);
	assert_int_equal(pid, 12);
	assert_int_equal(lock_holder_parse(locks, 0xfd, 1, 567, &pid), 0);
	assert_int_equal(pid, 14);
	assert_int_equal(lock_holder_parse(locks, 0, 0x1a, 5, &pid), -ENOENT);
	assert_int_equal(lock_holder_parse("", 0, 0x1a, 5, &pid), -ENOENT);
	assert_int_equal(lock_holder_parse("nonsense\n\n3: FLOCK", 0, 0x1a, 5, &pid), -ENOENT);
}

static void whoever_looks_sees_who_has_it(void **state) {
	struct ops *ops = make_ops(1000);
	struct actor holder = {.since_s = 5};
	struct error error;
	int go;
	pid_t pid;

	/* Nobody has made the directory; nobody has locked it; somebody has. */
	assert_int_equal(lock_holder(ops, &holder), -ENOENT);
	assert_int_equal(ops->lock(ops, &error), 0);
	ops->unlock(ops);
	assert_int_equal(lock_holder(ops, &holder), -ENOENT);
	assert_int_equal(holder.since_s, 5);
	pid = start_holder(&go, 0);
	assert_int_equal(lock_holder(ops, &holder), 0);
	assert_int_equal(holder.process.pid, pid);
	assert_non_null(strstr(holder.command, "test-linux-lock"));
	close(go);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(lock_holder(ops, &holder), -ENOENT);
	linux_ops_free(ops);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(names_who_has_it),
		TEST(gets_it_when_it_is_let_go),
		TEST(goes_with_a_holder_that_is_killed),
		TEST(leaves_signals_as_they_were),
		TEST(finds_the_holder_among_locks),
		TEST(whoever_looks_sees_who_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
