// SPDX-License-Identifier: GPL-2.0-or-later
#include "linux/bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "linux-tree.h"
#include "linux/deadline.h"

#define PATIENCE_MS 200

/* Connections are taken by the kernel, and nobody ever says a word: a manager that is stopped. */
static int listen_at(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_true(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static void who_does_not_answer_is_waited_for_until_the_deadline_only(void **state) {
	struct tree tree;
	struct bus bus = {0};
	struct error error = {0};
	char path[256], address[300];
	uint64_t before_us = clock_us();
	int fd;

	tree_make(&tree);
	snprintf(path, sizeof(path), "%s/private", tree.path);
	snprintf(address, sizeof(address), "unix:path=%s", path);
	fd = listen_at(path);
	assert_int_equal(
		bus_connect(address, deadline_after(PATIENCE_MS), &bus, &error), -ETIMEDOUT);
	assert_null(bus.bus);
	assert_true(clock_us() - before_us >= PATIENCE_MS * US_PER_MS);
	/* The library's own patience is a minute and a half. */
	assert_true(clock_us() - before_us < 20ULL * US_PER_S);
	close(fd);
	unlink(path);
	assert_int_equal(bus_connect(address, deadline_after(PATIENCE_MS), &bus, &error), -ENOENT);
	tree_remove(&tree);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_does_not_answer_is_waited_for_until_the_deadline_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
