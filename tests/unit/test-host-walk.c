// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "host/holder/look.h"
#include "snapshot.h"

static const struct filesystems no_filesystems = {0};

/* A node of a card that has the number of a device which anybody may open. */
static struct node node_of(const char *path) {
	struct node node = {.name = "dri/card0", .device = address_of("0000:01:00.0")};
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	node.major = major(info.st_rdev);
	node.minor = minor(info.st_rdev);
	return node;
}

/* What the walk over the real /proc says of one process, which holds nothing more than that. */
static struct holder find_in(
	struct node *node, const struct filesystems *filesystems, pid_t pid, size_t *ret_count) {
	AUTO_CLOSE int root = root_open("/");
	AUTO_HOLDERS struct holders holders = {0};
	struct nodes nodes = {.nodes = node, .count = 1};
	struct holder found = {0};
	size_t hidden;

	*ret_count = 0;
	assert_int_equal(processes_read(root, &nodes, filesystems, &holders, &hidden), 0);
	for (size_t i = 0; i < holders.count; i++) {
		if (holders.holders[i].who.pid == pid) {
			found = holders.holders[i];
			++*ret_count;
		}
	}
	return found;
}

static void an_open_node_is_known_by_its_number(void **state) {
	AUTO_CLOSE int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct node node = node_of("/dev/null");
	size_t count;
	struct holder holder = find_in(&node, &no_filesystems, getpid(), &count);

	assert_true(null >= 0);
	assert_int_equal(count, 1);
	assert_string_equal(holder.node, "dri/card0");
	assert_string_equal(holder.name, "test-host-walk");
	assert_int_equal(holder.kind, HOLDER_PROCESS);
	assert_int_equal(holder.way, WAY_OPEN);
	assert_int_equal(holder.who.uid, getuid());
	assert_true(holder.who.start > 0);
	assert_true(holder.who.user[0]);
}

static void a_mapping_holds_what_was_closed(void **state) {
	struct node node = node_of("/dev/zero");
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	void *memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, zero, 0);
	struct holder holder;
	size_t count;

	assert_true(memory != MAP_FAILED);
	assert_int_equal(close(zero), 0);
	/* Without privileges the name has to do. */
	snprintf(node.name, sizeof(node.name), "%s", "zero");
	holder = find_in(&node, &no_filesystems, getpid(), &count);
	assert_int_equal(count, 1);
	assert_int_equal(holder.way, WAY_MAPPED);
	assert_int_equal(munmap(memory, 4096), 0);
	find_in(&node, &no_filesystems, getpid(), &count);
	assert_int_equal(count, 0);
}

static void a_working_directory_keeps_its_file_system_busy(void **state) {
	struct node node = node_of("/dev/zero");
	struct stat here;
	struct filesystem filesystem = {.node = &node};
	struct filesystems filesystems = {.filesystems = &filesystem, .count = 1};
	struct holder holder;
	size_t count;

	/* Of the many on the root file system, not all are named. */
	assert_int_equal(chdir("/sys"), 0);
	assert_int_equal(stat(".", &here), 0);
	filesystem.major = major(here.st_dev);
	filesystem.minor = minor(here.st_dev);
	node.block = true;
	holder = find_in(&node, &filesystems, getpid(), &count);
	assert_int_equal(count, 1);
	assert_int_equal(holder.way, WAY_DIRECTORY);
	assert_int_equal(chdir("/"), 0);
}

/* A child that does as it is told and then waits for its end. */
static pid_t plant(void (*act)(void)) {
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		act();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 0); /* closed, or it has ended */
	close(ready[0]);
	return pid;
}

static void uproot(pid_t pid) {
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static int opened = -1;

static void close_all_others(void) {
	unsigned int next = (unsigned int)(opened + 1);

	if ((opened <= 0 || syscall(SYS_close_range, 0, (unsigned int)opened - 1, 0) == 0) &&
		syscall(SYS_close_range, next, ~0U, 0) == 0) {
		pause();
	}
}

static void *wait_for_leader(void *leader) {
	/* The first thread has ended when nothing more can be sent to it; then all is ready. */
	pthread_join(*(pthread_t *)leader, NULL);
	close_all_others();
	return NULL;
}

static void end_first_thread_and(int keep) {
	static pthread_t leader;
	pthread_t other;

	leader = pthread_self();
	opened = keep;
	if (pthread_create(&other, NULL, wait_for_leader, &leader) == 0) {
		pthread_exit(NULL);
	}
}

static void end_first_thread(void) {
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	if (zero > 0) {
		end_first_thread_and(zero);
	}
}

static void threads_hold_on_when_the_first_has_ended(void **state) {
	struct node node = node_of("/dev/zero");
	pid_t pid = plant(end_first_thread);
	size_t count;
	struct holder holder = find_in(&node, &no_filesystems, pid, &count);

	uproot(pid);
	assert_int_equal(count, 1);
	assert_int_equal(holder.way, WAY_OPEN);
}

static void end_first_thread_with_memory(void) {
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, zero, 0) != MAP_FAILED && close(zero) == 0) {
		end_first_thread_and(-1);
	}
}

static void threads_keep_what_the_first_has_mapped(void **state) {
	struct node node = node_of("/dev/zero");
	pid_t pid = plant(end_first_thread_with_memory);
	struct holder holder;
	size_t count;

	snprintf(
		node.name, sizeof(node.name), "%s", "zero"); /* a thread's memory has names alone */
	holder = find_in(&node, &no_filesystems, pid, &count);
	uproot(pid);
	assert_int_equal(count, 1);
	assert_int_equal(holder.way, WAY_MAPPED);
	assert_string_equal(holder.name, "test-host-walk");
}

static void hide(void) {
	opened = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (opened > 0 && prctl(PR_SET_DUMPABLE, 0) == 0) {
		close_all_others();
	}
}

/* As under a security module: every file may be read, no other process looked into. */
static int confine(void) {
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) < 0) {
		return -errno;
	}
	data[0].effective &= 1U << CAP_DAC_READ_SEARCH;
	data[0].permitted = data[0].effective;
	data[1] = (struct __user_cap_data_struct){0};
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static int look_at(pid_t pid) {
	AUTO_CLOSE int root = root_open("/");
	AUTO_FREE struct found *found = calloc(1, sizeof(*found));
	struct nodes nodes = {0};
	AUTO_LOOK struct look look = {
		.nodes = &nodes, .filesystems = &no_filesystems, .found = found};
	int r = found ? look_begin(root, &look) : -ENOMEM;

	return r < 0 ? r : look_at_process(&look, pid);
}

static void who_may_not_look_knows_that_something_is_hidden(void **state) {
	pid_t hiding = plant(hide), looking = fork();
	int status = 0;

	assert_true(looking >= 0);
	if (looking == 0) {
		_exit(confine() == 0 && look_at(hiding) == -EACCES ? 0 : 1);
	}
	assert_int_equal(waitpid(looking, &status, 0), looking);
	uproot(hiding);
	assert_int_equal(status, 0);
}

static void links_of_a_captured_process_are_never_followed(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	struct node node = {.major = 1, .minor = 3, .name = "dri/card0"};
	struct nodes nodes = {.nodes = &node, .count = 1};
	AUTO_HOLDERS struct holders holders = {0};
	size_t hidden = 0;

	/* /dev/null has the number 1:3 on the machine that the test runs on */
	assert_int_equal(machine_link(&snapshot.machine, "/proc/77/fd/3", "/dev/null"), 0);
	assert_int_equal(
		processes_read(snapshot.machine.root, &nodes, &no_filesystems, &holders, &hidden),
		0);
	assert_int_equal(holders.count, 0);
}

static void a_process_that_does_not_let_us_look_is_counted(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("virtual-host");
	const uid_t root = 0, nobody = 65534;
	bool privileged = geteuid() == root;
	char path[256];

	assert_int_equal(snapshot.host.hidden_processes, 0);
	assert_non_null(holder_of(&snapshot, "0000:01:00.0", HOLDER_PROCESS, "Xorg"));
	snprintf(path, sizeof(path), "%s/proc/420/fd", snapshot.machine.path);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(snapshot.machine.path, 0755), 0);
	if (privileged) {
		assert_int_equal(seteuid(nobody), 0);
	}
	snapshot_read(&snapshot);
	if (privileged) {
		assert_int_equal(seteuid(root), 0);
		prctl(PR_SET_DUMPABLE, 1); /* for the leak check */
	}
	assert_int_equal(snapshot.host.hidden_processes, 1);
	assert_null(holder_of(&snapshot, "0000:01:00.0", HOLDER_PROCESS, "Xorg"));
	assert_int_equal(chmod(path, 0700), 0);
}

/* What a captured process holds is told by names; a descriptor is worth a mapping. */
static void mappings_and_buffers_of_a_captured_process_are_found(void **state) {
	static const char *const files[][2] = {
		{"/proc/77/maps", "1000-2000 rw-s 00000000 00:05 321 /dev/dri/card0\n"
				  "2000-3000 rw-s 00001000 00:05 321 /dev/dri/card0\n"},
		{"/proc/77/comm", "mapper\n"},
		{"/proc/78/fdinfo/5", "pos:\t0\nexp_name:\tdrm\n"},
		{"/proc/78/comm", "buffer\n"},
	};
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	const struct holder *holder;

	for (size_t i = 0; i < COUNT(files); i++) {
		assert_int_equal(machine_write(&snapshot.machine, files[i][0], files[i][1]), 0);
	}
	assert_int_equal(machine_link(&snapshot.machine, "/proc/78/fd/5", "/dmabuf:"), 0);
	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, "0000:03:00.0", HOLDER_PROCESS, "mapper");
	assert_non_null(holder);
	assert_int_equal(holder->way, WAY_MAPPED);
	assert_string_equal(holder->node, "dri/card0");
	holder = holder_of(&snapshot, "0000:03:00.0", HOLDER_PROCESS, "buffer");
	assert_non_null(holder);
	assert_int_equal(holder->way, WAY_BUFFER);
}

static void users_have_the_names_that_the_machine_gives_them(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("virtual-host");
	const struct holder *holder;

	assert_int_equal(machine_write(&snapshot.machine, "/proc/420/status", "Uid:\t7\t7\n"), 0);
	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, "0000:01:00.0", HOLDER_PROCESS, "Xorg");
	assert_int_equal(holder->who.uid, 7);
	assert_string_equal(holder->who.user, "7");
	assert_int_equal(
		machine_write(&snapshot.machine, "/etc/passwd", "lp:x:7:7::/:/bin/false\n"), 0);
	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, "0000:01:00.0", HOLDER_PROCESS, "Xorg");
	assert_string_equal(holder->who.user, "lp");
}

static void a_guest_that_draws_on_a_card_is_named_as_such(void **state) {
	static const char words[] = "qemu-system-x86_64\0-name\0guest=win11\0";
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	AUTO_CLOSE int root = dir_open(snapshot.machine.root, "proc");
	const struct holder *holder;
	AUTO_CLOSE int file = -1;

	assert_int_equal(machine_link(&snapshot.machine, "/proc/79/fd/9", "/dev/dri/card0"), 0);
	assert_int_equal(machine_write(&snapshot.machine, "/proc/79/comm", "qemu-system-x86\n"), 0);
	file = openat(root, "79/cmdline", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(file, words, sizeof(words) - 1), sizeof(words) - 1);
	snapshot_read(&snapshot);
	holder = holder_of(&snapshot, "0000:03:00.0", HOLDER_PROCESS, "qemu-system-x86");
	assert_non_null(holder);
	assert_string_equal(holder->who.guest, "win11");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_node_is_known_by_its_number),
		cmocka_unit_test(a_mapping_holds_what_was_closed),
		cmocka_unit_test(a_working_directory_keeps_its_file_system_busy),
		cmocka_unit_test(threads_hold_on_when_the_first_has_ended),
		cmocka_unit_test(threads_keep_what_the_first_has_mapped),
		cmocka_unit_test(who_may_not_look_knows_that_something_is_hidden),
		cmocka_unit_test(links_of_a_captured_process_are_never_followed),
		cmocka_unit_test(a_process_that_does_not_let_us_look_is_counted),
		cmocka_unit_test(mappings_and_buffers_of_a_captured_process_are_found),
		cmocka_unit_test(users_have_the_names_that_the_machine_gives_them),
		cmocka_unit_test(a_guest_that_draws_on_a_card_is_named_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
