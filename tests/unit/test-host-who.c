// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/who.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snapshot.h"

static struct who describe(const struct snapshot *snapshot, int pid) {
	AUTO_CLOSE int directory = who_open(snapshot->machine.root, pid);
	struct who who;

	assert_true(directory >= 0);
	who_describe(directory, pid, &who);
	return who;
}

static void a_process_is_described_by_what_it_lets_us_read(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	struct who who;

	snapshot_write(&snapshot, "/proc/77/comm", "kvm\n");
	who = describe(&snapshot, 77);
	assert_int_equal(who.pid, 77);
	assert_string_equal(who.comm, "kvm");
	assert_string_equal(who.user, "");
	assert_string_equal(who.guest, "");
	assert_string_equal(who.unit, "");
	snapshot_write(&snapshot, "/proc/77/status", "Uid:\t0\t0\n");
	snapshot_write(&snapshot, "/proc/77/cgroup",
		"0::/user.slice/user@5.service/app.slice/x.service\n");
	who = describe(&snapshot, 77);
	assert_string_equal(who.user, "0");
	assert_string_equal(who.unit, "user@5.service");
	assert_string_equal(who.user_unit, "x.service");
}

static void a_guest_is_called_as_it_says_or_else_as_its_scope(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	AUTO_CLOSE int directory = -1;
	struct who who;

	snapshot_write(&snapshot, "/proc/77/comm", "kvm\n");
	snapshot_write(&snapshot, "/proc/77/cgroup", "0::/qemu.slice/100.scope\n");
	directory = who_open(snapshot.machine.root, 77);
	who_read(snapshot.machine.root, directory, 77, &who);
	assert_string_equal(who.guest, "100");
	snapshot_write(&snapshot, "/proc/77/cmdline", "kvm -name x"); /* no zeros: no words */
	who_read(snapshot.machine.root, directory, 77, &who);
	assert_string_equal(who.guest, "100");
	who_name_guest(directory, &who);
	assert_string_equal(who.guest, "100");
	/* Whoever is no hypervisor is asked nothing. */
	snapshot_write(&snapshot, "/proc/77/comm", "sshd\n");
	who_read(snapshot.machine.root, directory, 77, &who);
	assert_string_equal(who.guest, "");
	assert_string_equal(who.unit, "100.scope");
}

/* Its number may be another one's by then. */
static void nothing_is_said_of_one_that_has_ended(void **state) {
	AUTO_CLOSE int root = root_open("/");
	AUTO_CLOSE int directory = -1;
	pid_t pid = fork();
	struct who who;

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(1);
	}
	directory = who_open(root, pid);
	assert_true(directory >= 0);
	who_describe(directory, pid, &who);
	assert_string_equal(who.comm, "test-host-who");
	assert_true(who.start > 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	who_read(root, directory, pid, &who);
	assert_string_equal(who.comm, "");
	assert_string_equal(who.user, "");
	assert_int_equal(who.start, 0);
	assert_int_equal(who_open(root, pid), -ENOENT);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_is_described_by_what_it_lets_us_read),
		cmocka_unit_test(a_guest_is_called_as_it_says_or_else_as_its_scope),
		cmocka_unit_test(nothing_is_said_of_one_that_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
