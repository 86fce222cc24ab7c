// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

#define ITEMS 6

struct behaviour {
	size_t blocked; /* the item whose reader sleeps in the kernel; ITEMS: none */
	size_t silent;  /* the item whose reader sleeps where signals reach it */
	size_t dead;    /* the item whose reader dies */
};

static const struct behaviour good = {ITEMS, ITEMS, ITEMS};

/* A vfork whose child does not end holds its caller in state D, as a driver that hangs would: here
 * it is wanted for what it is disliked for. */
static void block(void) {
	pid_t caller = getpid();

	/* NOLINTBEGIN(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork) */
	if (vfork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Killed before that, it would leave this one behind for ever. */
		while (getppid() == caller) {
			pause();
		}
		_exit(0);
	}
	/* NOLINTEND(clang-analyzer-security.insecureAPI.vfork,clang-analyzer-unix.Vfork) */
}

static void read_item(void *context, size_t index, void *ret_value) {
	const struct behaviour *behaviour = context;
	uint64_t value = 100 + index;

	if (index == behaviour->blocked) {
		block();
	}
	if (index == behaviour->silent) {
		pause();
	}
	if (index == behaviour->dead) {
		raise(SIGKILL);
	}
	memcpy(ret_value, &value, sizeof(value));
}

static void read_all(const struct behaviour *behaviour, int limit_ms, uint64_t values[ITEMS],
	bool answered[ITEMS]) {
	struct behaviour copy = *behaviour;
	struct aside aside = {
		.read = read_item,
		.context = &copy,
		.size = sizeof(values[0]),
		.root = STDERR_FILENO,
		.patience_ms = 20,
		.limit_ms = limit_ms,
	};

	assert_int_equal(aside_read(&aside, ITEMS, values, answered), 0);
}

static void assert_all_but(size_t missing, const uint64_t *values, const bool *answered) {
	for (size_t i = 0; i < ITEMS; i++) {
		assert_int_equal(answered[i], i != missing);
		assert_int_equal(values[i], i == missing ? 0 : 100 + i);
	}
}

static void every_item_is_read(void **state) {
	uint64_t values[ITEMS];
	bool answered[ITEMS];

	read_all(&good, 10000, values, answered);
	assert_all_but(ITEMS, values, answered);
}

static void no_items_are_no_mistake(void **state) {
	struct behaviour behaviour = good;
	struct aside aside = {.read = read_item,
		.context = &behaviour,
		.size = 8,
		.root = STDERR_FILENO,
		.patience_ms = 20,
		.limit_ms = 1000};

	assert_int_equal(aside_read(&aside, 0, NULL, NULL), 0);
}

static void an_item_that_blocks_in_the_kernel_does_not_hide_the_others(void **state) {
	uint64_t values[ITEMS];
	bool answered[ITEMS];

	for (size_t i = 0; i < ITEMS; i++) {
		struct behaviour behaviour = good;

		behaviour.blocked = i;
		/* Hours before the limit: it is the state of the child that decides. */
		read_all(&behaviour, 3600 * 1000, values, answered);
		assert_all_but(i, values, answered);
	}
}

static void an_item_that_is_silent_is_given_up_at_the_limit(void **state) {
	struct behaviour behaviour = good;
	uint64_t values[ITEMS];
	bool answered[ITEMS];

	behaviour.silent = 2;
	read_all(&behaviour, 200, values, answered);
	assert_all_but(2, values, answered);
}

static void an_item_whose_reader_dies_does_not_hide_the_others(void **state) {
	struct behaviour behaviour = good;
	uint64_t values[ITEMS];
	bool answered[ITEMS];

	behaviour.dead = 3;
	read_all(&behaviour, 10000, values, answered);
	assert_all_but(3, values, answered);
}

/* Counts the descriptors that are open in the reader. */
static void count_open(void *context, size_t index, void *ret_value) {
	uint64_t count = 0;

	(void)context;
	(void)index;
	for (int fd = 0; fd < 1024; fd++) {
		count += fcntl(fd, F_GETFD) >= 0;
	}
	memcpy(ret_value, &count, sizeof(count));
}

static void a_reader_inherits_nothing_but_the_root(void **state) {
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), lock = dup(root);
	struct aside aside = {
		.read = count_open, .size = 8, .root = root, .patience_ms = 20, .limit_ms = 10000};
	uint64_t count = 0;
	bool answered = false;

	assert_true(root >= 0 && lock >= 0);
	assert_int_equal(aside_read(&aside, 1, &count, &answered), 0);
	assert_true(answered);
	assert_int_equal(count, 2); /* the root, and the pipe to us */
	close(lock);
	close(root);
}

static void a_file_is_read_as_it_is(void **state) {
	int directory = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_FREE char *aside = NULL, *none = NULL;
	size_t aside_size, limited = 7;

	assert_true(directory >= 0);
	/* A child would have another number, if "self" were looked up by it. */
	assert_int_equal(aside_read_file(directory, "stat", 65536, &aside, &aside_size), 0);
	assert_int_equal(strtol(aside, NULL, 10), getpid());
	assert_int_equal(strlen(aside), aside_size);
	assert_int_equal(aside_read_file(directory, "nothing", 64, &none, &limited), -ENOENT);
	assert_int_equal(aside_read_file(directory, "status", 16, &none, &limited), -EFBIG);
	assert_null(none);
	assert_int_equal(limited, 7);
	close(directory);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_item_is_read),
		cmocka_unit_test(no_items_are_no_mistake),
		cmocka_unit_test(an_item_that_blocks_in_the_kernel_does_not_hide_the_others),
		cmocka_unit_test(an_item_that_is_silent_is_given_up_at_the_limit),
		cmocka_unit_test(an_item_whose_reader_dies_does_not_hide_the_others),
		cmocka_unit_test(a_reader_inherits_nothing_but_the_root),
		cmocka_unit_test(a_file_is_read_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
