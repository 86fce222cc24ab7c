// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "linux-tree.h"
#include "linux/guest.h"
#include "linux/process.h"
#include "linux/usage.h"

#define UUID  "c7a5fdbd-edaf-9455-926a-d65c16db1809"
#define OTHER "c7a5fdbd-edaf-9455-926a-d65c16db1800"

static const struct address card = {.bus = 1};
static struct tree tree;

static int set_up(void **state) {
	tree_make(&tree);
	tree_directory(&tree, "proc");
	return 0;
}

static int tear_down(void **state) {
	tree_remove(&tree);
	return 0;
}

static const char *path_of(int pid, const char *name) {
	static char path[64];

	snprintf(path, sizeof(path), "proc/%d/%s", pid, name);
	return path;
}

/* state and flags as in a stat file; program NULL: it has given up its address space. */
static void add_process(
	int pid, const char *comm, char state, unsigned int flags, const char *program) {
	char line[256];

	snprintf(line, sizeof(line), "%d (%s) %c 1 1 1 0 -1 %u 1 2 3 4 5 6 7 8 20 0 1 0 %d00 9 9\n",
		pid, comm, state, flags, pid);
	tree_file(&tree, path_of(pid, "stat"), line);
	snprintf(line, sizeof(line), "%s\n", comm);
	tree_file(&tree, path_of(pid, "comm"), line);
	if (program) {
		tree_link(&tree, path_of(pid, "exe"), program);
	}
}

#define WORDS_TO(uuid) "qemu\0-name\0guest=a\0-uuid\0" uuid "\0-S"

static void add_qemu(int pid, const char *words, size_t length) {
	add_process(pid, "qemu-system-x86", 'S', 0, "/usr/bin/qemu-system-x86_64");
	tree_bytes(&tree, path_of(pid, "cmdline"), words, length);
}

static void assert_found_by(const struct traces *traces, pid_t pid, bool maybe) {
	struct found found = {.process.pid = 1, .maybe = true};

	assert_int_equal(guest_find(tree.fd, traces, &found, NULL), 0);
	assert_int_equal(found.process.pid, pid);
	assert_int_equal(found.process.start, pid * 100);
	assert_int_equal(found.maybe, maybe);
}

static const struct traces by_uuid = {.uuid = UUID, .devices = {{.bus = 1}}, .count = 1};

static void assert_found(pid_t pid) {
	assert_found_by(&by_uuid, pid, false);
}

static void a_guest_is_known_by_its_uuid(void **state) {
	static const char mine[] = WORDS_TO(UUID), other[] = WORDS_TO(OTHER);

	assert_found(0);
	add_qemu(1000, other, sizeof(other));
	assert_found(0);
	add_qemu(1001, mine, sizeof(mine));
	assert_found(1001);
}

static void only_the_word_behind_uuid_counts(void **state) {
	static const struct {
		const char *words;
		size_t length;
		bool is;
	} rows[] = {
#define ROW(words, is) {words, sizeof(words) - 1, is}
		ROW("q\0-uuid\0" UUID, true),
		ROW("q\0-uuid\0" UUID "\0", true),
		ROW("q\0-uuid\0C7A5FDBD-EDAF-9455-926A-D65C16DB1809\0", true),
		ROW("q\0-uuid\0" UUID "0", false),
		ROW("q\0-uuid\0", false),
		ROW("q\0-uuid", false),
		ROW("q\0" UUID, false),
		ROW("q\0-name\0-uuid\0-x\0" UUID, false),
		ROW("q\0--uuid\0" UUID, false),
		ROW("", false),
#undef ROW
	};

	add_qemu(1000, "", 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		tree_bytes(&tree, path_of(1000, "cmdline"), rows[i].words, rows[i].length);
		assert_found(rows[i].is ? 1000 : 0);
	}
}

static void others_that_say_the_uuid_are_no_guest(void **state) {
	static const char mine[] = WORDS_TO(UUID);

	add_process(1000, "virsh", 'S', 0, "/usr/bin/virsh");
	tree_bytes(&tree, "proc/1000/cmdline", mine, sizeof(mine));
	assert_found(0);
}

static void a_dying_qemu_may_be_the_guest(void **state) {
	add_process(1000, "qemu-system-x86", 'Z', 0, NULL);
	add_process(1001, "kvm-nx-lpage-re", 'S', 0x00200000, NULL);
	add_process(1002, "bash", 'D', 0, NULL);
	assert_found(0);
	add_process(1003, "qemu-system-x86", 'D', 0, NULL);
	assert_found_by(&by_uuid, 1003, true);
}

static void a_guest_that_runs_is_no_guess_beside_a_dying_qemu(void **state) {
	static const char mine[] = WORDS_TO(UUID);

	add_process(1003, "qemu-system-x86", 'D', 0, NULL);
	add_qemu(1002, mine, sizeof(mine));
	assert_found(1002);
	tree_file(&tree, "proc/1002/cmdline", "");
	assert_found_by(&by_uuid, 1003, true);
	add_qemu(1004, mine, sizeof(mine));
	assert_found(1004);
}

static void a_guest_of_proxmox_is_known_by_its_pid_file(void **state) {
	static const struct traces traces = {.pid_file = "/run/qemu-server/100.pid"};
	static const char mine[] = "kvm\0-id\0"
				   "100\0-pidfile\0/var/run/qemu-server/100.pid\0-S";
	static const char other[] = "kvm\0-pidfile\0/run/qemu-server/1100.pid\0"
				    "100.pid";

	add_qemu(1000, mine, sizeof(mine));
	assert_found_by(&traces, 0, false);
	tree_file(&tree, "run/qemu-server/100.pid", "1000\n");
	assert_found_by(&traces, 1000, false);
	/* The number is somebody else's by now, or nobody's, or none. */
	add_qemu(1001, other, sizeof(other));
	tree_file(&tree, "run/qemu-server/100.pid", "1001\n");
	assert_found_by(&traces, 0, false);
	tree_file(&tree, "run/qemu-server/100.pid", "1002\n");
	assert_found_by(&traces, 0, false);
	tree_file(&tree, "run/qemu-server/100.pid", "nonsense\n");
	assert_found_by(&traces, 0, false);
}

static void add_group(const char *group) {
	char target[128];

	snprintf(target, sizeof(target), "../../../../kernel/iommu_groups/%s", group);
	tree_link(&tree, "sys/bus/pci/devices/0000:01:00.0/iommu_group", target);
	tree_link(&tree, "sys/dev/char/240:0", "../../devices/virtual/vfio/14");
	tree_link(&tree, "sys/dev/char/240:1", "../../devices/virtual/vfio/15");
	tree_link(&tree, "sys/dev/char/226:0",
		"../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0");
}

static void whoever_has_the_group_open_is_the_guest(void **state) {
	add_group("14");
	add_process(1000, "something", 'S', 0, "/usr/bin/something");
	tree_link(&tree, "proc/1000/fd/3", "/dev/vfio/15");
	tree_link(&tree, "proc/1000/fd/4", "/dev/dri/card0");
	assert_found(0);
	tree_link(&tree, "proc/1000/fd/5", "/dev/vfio/14");
	assert_found(1000);
}

static int read_users(const struct address *device, struct holders *ret) {
	const struct usage usage = {device, 1, USAGE_PROCESSES};
	size_t hidden;

	return usage_read(tree.fd, &usage, ret, &hidden, NULL);
}

static void users_are_told_by_device(void **state) {
	struct holders holders = {0};
	const struct address none = {.bus = 9};

	add_group("14");
	add_process(1000, "Xorg", 'S', 0, "/usr/lib/xorg/Xorg");
	tree_file(&tree, "proc/1000/cgroup", "0::/system.slice/lightdm.service\n");
	tree_link(&tree, "proc/1000/fd/4", "/dev/dri/card0");
	assert_int_equal(read_users(&none, &holders), 0);
	assert_int_equal(holders.count, 0);
	assert_int_equal(read_users(&card, &holders), 0);
	assert_int_equal(holders.count, 1);
	assert_int_equal(holders.holders[0].who.pid, 1000);
	assert_string_equal(holders.holders[0].name, "Xorg");
	assert_string_equal(holders.holders[0].node, "dri/card0");
	assert_string_equal(holders.holders[0].who.unit, "lightdm.service");
	holders_free(&holders);
}

static struct ops *make_ops(void) {
	struct linux_options options = {.root = tree.path, .state = tree.path};
	struct ops *ops = linux_ops_new(&options, NULL);

	assert_non_null(ops);
	return ops;
}

static enum guest_state look(struct ops *ops, const char *key, struct process daemon) {
	struct owner owner = {.door = "libvirt", .daemon = daemon};
	struct sight sight;

	assert_int_equal(ops->guest(ops, key, &owner, &sight, NULL), 0);
	return sight.state;
}

static void a_guest_starts_runs_and_is_gone(void **state) {
	static const char mine[] = WORDS_TO(UUID);
	struct ops *ops = make_ops();
	const struct owner by_hand = {.door = "hand"}, home = {.door = "home"};
	struct process own, parent;
	struct sight sight;

	ops->self(ops, &own, &parent);
	assert_int_equal(own.pid, getpid());
	assert_int_equal(parent.pid, getppid());
	assert_int_equal(look(ops, "libvirt:" UUID, (struct process){0}), GUEST_GONE);
	assert_int_equal(look(ops, "libvirt:" UUID, own), GUEST_STARTING);
	add_qemu(1001, mine, sizeof(mine));
	assert_int_equal(look(ops, "libvirt:" UUID, own), GUEST_RUNNING);
	assert_int_equal(look(ops, "libvirt:" UUID, (struct process){0}), GUEST_RUNNING);
	assert_int_equal(ops->guest(ops, "hand:x", &by_hand, &sight, NULL), 0);
	assert_int_equal(sight.state, GUEST_RUNNING);
	assert_int_equal(ops->guest(ops, "hand:x", &home, &sight, NULL), 0);
	assert_int_equal(sight.state, GUEST_GONE);
	assert_int_equal(
		ops->guest(ops, "x:100", &(struct owner){.door = "x"}, &sight, NULL), -EOPNOTSUPP);
	linux_ops_free(ops);
}

static void a_rehearsal_lasts_as_long_as_who_rehearses(void **state) {
	struct ops *ops = make_ops();
	struct owner owner = {.door = "rehearsal"};
	struct process parent;
	struct sight sight;

	ops->self(ops, &owner.runner, &parent);
	assert_int_equal(ops->guest(ops, "rehearsal:x", &owner, &sight, NULL), 0);
	assert_int_equal(sight.state, GUEST_STARTING);
	assert_int_equal(sight.awaited.pid, getpid());
	owner.runner.start++;
	assert_int_equal(ops->guest(ops, "rehearsal:x", &owner, &sight, NULL), 0);
	assert_int_equal(sight.state, GUEST_GONE);
	assert_int_equal(sight.grace_us, 0);
	linux_ops_free(ops);
}

static void a_guest_of_proxmox_starts_while_its_configuration_is_locked(void **state) {
	const struct owner owner = {.door = "proxmox"};
	struct ops *ops = make_ops();
	struct sight sight;
	int fd;

	assert_int_equal(ops->guest(ops, "proxmox:100", &owner, &sight, NULL), 0);
	assert_int_equal(sight.state, GUEST_GONE);
	tree_file(&tree, "var/lock/qemu-server/lock-100.conf", "");
	assert_int_equal(ops->guest(ops, "proxmox:100", &owner, &sight, NULL), 0);
	assert_int_equal(sight.state, GUEST_GONE);
	assert_int_equal(sight.grace_us, 0);
	fd = openat(tree.fd, "var/lock/qemu-server/lock-100.conf", O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(ops->guest(ops, "proxmox:100", &owner, &sight, NULL), 0);
	assert_int_equal(sight.state, GUEST_STARTING);
	assert_int_equal(ops->guest(ops, "proxmox:10", &owner, &sight, NULL), 0);
	assert_int_equal(sight.state, GUEST_GONE);
	close(fd);
	linux_ops_free(ops);
}

static void a_plain_qemu_starts_while_who_runs_it_lives(void **state) {
	struct ops *ops = make_ops();
	struct owner owner = {.door = "qemu"};
	struct process parent;
	struct sight sight;

	assert_int_equal(ops->guest(ops, "qemu:win11", &owner, &sight, NULL), 0);
	assert_int_equal(sight.state, GUEST_GONE);
	ops->self(ops, &owner.runner, &parent);
	assert_int_equal(ops->guest(ops, "qemu:win11", &owner, &sight, NULL), 0);
	assert_int_equal(sight.state, GUEST_STARTING);
	assert_int_equal(sight.awaited.pid, getpid());
	linux_ops_free(ops);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(a_guest_is_known_by_its_uuid),
		TEST(only_the_word_behind_uuid_counts),
		TEST(others_that_say_the_uuid_are_no_guest),
		TEST(a_dying_qemu_may_be_the_guest),
		TEST(a_guest_that_runs_is_no_guess_beside_a_dying_qemu),
		TEST(a_guest_of_proxmox_is_known_by_its_pid_file),
		TEST(whoever_has_the_group_open_is_the_guest),
		TEST(users_are_told_by_device),
		TEST(a_guest_starts_runs_and_is_gone),
		TEST(a_rehearsal_lasts_as_long_as_who_rehearses),
		TEST(a_guest_of_proxmox_starts_while_its_configuration_is_locked),
		TEST(a_plain_qemu_starts_while_who_runs_it_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
