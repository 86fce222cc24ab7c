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
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "linux-tree.h"
#include "linux/deadline.h"
#include "linux/guard.h"
#include "linux/process.h"
#include "linux/uevent.h"
#include "linux/watch.h"

#define LONG_MS 20000
#define LONG_US (LONG_MS * 1000ULL)

static struct tree tree;
static char state_path[128];
static struct ops *ops;

static int set_up(void **state) {
	struct linux_options options = {.state = state_path};

	unsetenv("NOTIFY_SOCKET");
	tree_make(&tree);
	snprintf(state_path, sizeof(state_path), "%s/baton", tree.path);
	ops = linux_ops_new(&options, NULL);
	return ops ? 0 : -1;
}

static int tear_down(void **state) {
	linux_ops_free(ops);
	tree_remove(&tree);
	return 0;
}

static struct process start_sleeper(void) {
	struct process process;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			pause();
		}
	}
	assert_true(pid > 0);
	assert_int_equal(process_find(pid, &process), 0);
	return process;
}

/* Looking at a child that has ended reaps it. */
static void end(struct process process) {
	kill(process.pid, SIGKILL);
	assert_true(waitpid(process.pid, NULL, 0) == process.pid || errno == ECHILD);
	assert_false(process_alive(process));
}

static uint64_t watch(const struct process *processes, size_t count, unsigned int timeout_ms) {
	uint64_t begun = clock_us();

	assert_int_equal(ops->watch(ops, processes, count, timeout_ms, NULL), 0);
	return clock_us() - begun;
}

static void begin_watching(void) {
	assert_int_equal(ops->journal_create(ops, "hand", 64, NULL), 0);
	assert_in_range(watch(NULL, 0, LONG_MS), 0, LONG_US / 2); /* the first returns at once */
}

static void ends_at_the_deadline(void **state) {
	struct process processes[] = {{0}, start_sleeper()};

	assert_in_range(watch(processes, 2, 30), 30000, LONG_US / 2); /* no directory yet */
	begin_watching();
	assert_in_range(watch(processes, 2, 30), 30000, LONG_US / 2);
	end(processes[1]);
}

static void ends_when_a_process_does(void **state) {
	struct process processes[] = {start_sleeper(), start_sleeper()};

	begin_watching();
	kill(processes[1].pid, SIGKILL);
	assert_in_range(watch(processes, 2, LONG_MS), 0, LONG_US / 2);
	end(processes[1]);
	assert_in_range(watch(processes, 2, LONG_MS), 0, LONG_US / 2); /* long gone */
	end(processes[0]);
}

static void ends_when_a_journal_changes(void **state) {
	char *data = NULL;
	size_t length;

	begin_watching();
	assert_int_equal(ops->journal_append(ops, "hand", "\nx", 2, NULL), 0);
	assert_in_range(watch(NULL, 0, LONG_MS), 0, LONG_US / 2);
	assert_int_equal(ops->journal_read(ops, "hand", &data, &length, NULL), 0);
	free(data);
	assert_in_range(watch(NULL, 0, 30), 30000, LONG_US / 2); /* reading is no change */
	assert_int_equal(ops->journal_remove(ops, "hand", NULL), 0);
	assert_in_range(watch(NULL, 0, LONG_MS), 0, LONG_US / 2);
}

static void only_a_driver_of_a_pci_device_is_news(void **state) {
	static const struct {
		const char *text;
		size_t size;
		bool counts;
	} rows[] = {
#define EVENT(text, counts) {text, sizeof(text), counts}
		EVENT("bind@/devices/pci0000:00/0000:01:00.0\0ACTION=bind\0SUBSYSTEM=pci\0"
		      "DRIVER=vfio-pci",
			true),
		EVENT("unbind@/devices/pci0000:00/0000:01:00.0\0SUBSYSTEM=pci\0SEQNUM=7", true),
		EVENT("add@/devices/pci0000:00/0000:01:00.0\0SUBSYSTEM=pci", false),
		EVENT("bind@/devices/pci0000:00/usb1\0SUBSYSTEM=usb", false),
		EVENT("bind@/devices/x\0SUBSYSTEM=pci_express", false),
		EVENT("libudev", false),
		EVENT("", false),
#undef EVENT
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(uevent_is_binding(rows[i].text, rows[i].size), rows[i].counts);
	}
}

static int listen_at(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void a_guard_says_that_it_watches(void **state) {
	char path[128], data[32];
	struct error error;
	sigset_t mask, before;
	int fd;

	snprintf(path, sizeof(path), "%s/notify", tree.path);
	fd = listen_at(path);
	assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
	sigprocmask(SIG_BLOCK, NULL, &before);
	begin_watching();
	assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), strlen("READY=1"));
	assert_memory_equal(data, "READY=1", strlen("READY=1"));
	assert_null(getenv("NOTIFY_SOCKET"));

	/* From now on it ends where it watches, and nowhere else. */
	kill(getpid(), SIGTERM);
	assert_int_equal(ops->watch(ops, NULL, 0, LONG_MS, &error), -EINTR);
	assert_in_range(watch(NULL, 0, 30), 30000, LONG_US / 2);
	assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), -1);
	close(fd);
	sigprocmask(SIG_SETMASK, &before, &mask);
	assert_true(sigismember(&mask, SIGTERM));
}

static void unit_names_have_no_strange_bytes(void **state) {
	char name[256];

	assert_int_equal(guard_unit_name("libvirt:c7a5-00", name, sizeof(name)), 0);
	assert_string_equal(name, "baton-guard-libvirt:c7a5-00.service");
	assert_int_equal(guard_unit_name("../x y%\xc3\n", name, sizeof(name)), 0);
	assert_string_equal(name, "baton-guard-..\\x2fx\\x20y\\x25\\xc3\\x0a.service");
	assert_int_equal(guard_unit_name("too long", name, 16), -ENAMETOOLONG);
}

static void without_systemd_there_is_no_guard(void **state) {
	struct linux_options options = {.root = tree.path, .guard = true};
	struct ops *guarded = linux_ops_new(&options, NULL);
	struct error error;

	assert_int_equal(guarded->guard(guarded, "hand", &error), -EOPNOTSUPP);
	assert_non_null(strstr(error.text, "systemd"));
	linux_ops_free(guarded);
	assert_int_equal(ops->guard(ops, "hand", &error), 0); /* not asked for */
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(ends_at_the_deadline),
		TEST(ends_when_a_process_does),
		TEST(ends_when_a_journal_changes),
		TEST(only_a_driver_of_a_pci_device_is_news),
		TEST(a_guard_says_that_it_watches),
		TEST(unit_names_have_no_strange_bytes),
		TEST(without_systemd_there_is_no_guard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
