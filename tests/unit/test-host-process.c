// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "snapshot.h"

static void the_unit_is_the_first_on_the_way_down(void **state) {
	static const char *const cgroups[][3] = {
		{"0::/system.slice/lightdm.service\n", "lightdm.service", ""},
		{"0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope", ""},
		{"12:pids:/a.service\n1:name=systemd:/system.slice/gdm.service\n0::/\n",
			"gdm.service", ""},
		{"0::/machine.slice/machine-qemu\\x2d1\\x2dwin11.scope/libvirt/emulator",
			"machine-qemu\\x2d1\\x2dwin11.scope", ""},
		{"0::/../../system.slice/docker-1.scope\n", "docker-1.scope", ""},
		{"0::/system.slice/docker-1.scope/system.slice/cron.service\n", "docker-1.scope",
			""},
		{"0::/init.scope", "init.scope", ""},
	};

	for (size_t i = 0; i < COUNT(cgroups); i++) {
		struct units units;

		assert_int_equal(cgroup_units_parse(cgroups[i][0], &units), 0);
		assert_string_equal(units.unit, cgroups[i][1]);
		assert_string_equal(units.user_unit, cgroups[i][2]);
	}
}

static void below_a_users_manager_the_next_is_the_users(void **state) {
	static const char *const cgroups[][2] = {
		{"app.slice/app-gnome-firefox-7.scope", "app-gnome-firefox-7.scope"},
		{"session.slice/pipewire.service\n", "pipewire.service"},
		{"user.slice/libpod-9.scope/container", "libpod-9.scope"},
		{"init.scope\n", "init.scope"},
		{"app.slice\n0::/x/y.service", ""},
		{"", ""},
	};

	for (size_t i = 0; i < COUNT(cgroups); i++) {
		char data[256];
		struct units units;

		snprintf(data, sizeof(data), "0::/user.slice/user-1000.slice/user@1000.service/%s",
			cgroups[i][0]);
		assert_int_equal(cgroup_units_parse(data, &units), 0);
		assert_string_equal(units.unit, "user@1000.service");
		assert_string_equal(units.user_unit, cgroups[i][1]);
	}
}

static void processes_outside_of_units_have_none(void **state) {
	static const char *const cgroups[] = {"", "\n", "0::/", "0::/system.slice\n", "0::\n",
		"4:cpu:/x.service\n", "0::/.service\n", "garbage"};
	struct units units;

	for (size_t i = 0; i < COUNT(cgroups); i++) {
		assert_int_equal(cgroup_units_parse(cgroups[i], &units), -ENOENT);
	}
}

/* A name that is cut would be another unit's. */
static void a_unit_with_too_long_a_name_is_none(void **state) {
	char data[3 * LABEL_SIZE];
	struct units units;

	snprintf(data, sizeof(data), "0::/%0*d.service", LABEL_SIZE, 1);
	assert_int_equal(cgroup_units_parse(data, &units), -ENAMETOOLONG);
	snprintf(data, sizeof(data), "0::/user@1.service/%0*d.service", LABEL_SIZE, 1);
	assert_int_equal(cgroup_units_parse(data, &units), -ENAMETOOLONG);
}

static void a_commands_name_cannot_forge_its_parent(void **state) {
	int parent = -1;

	assert_int_equal(stat_parent_parse("10 (a) S 7) S 42 10 10 0", &parent), 0);
	assert_int_equal(parent, 42);
	assert_int_equal(stat_parent_parse("1 (init) S 0 1 1", &parent), 0);
	assert_int_equal(parent, 0);
	assert_int_equal(stat_parent_parse("10 (a", &parent), -EINVAL);
	assert_int_equal(stat_parent_parse("10 (a) S", &parent), -EINVAL);
	assert_int_equal(stat_parent_parse("", &parent), -EINVAL);
	assert_int_equal(parent, 0);
}

/* On the real /proc: this process holds a node that has another name than its own. */
static void an_open_node_is_known_by_its_number(void **state) {
	AUTO_CLOSE int root = root_open("/"), null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct node node = {.name = "dri/card0", .device = address_of("0000:01:00.0")};
	struct nodes nodes = {.nodes = &node, .count = 1};
	AUTO_HOLDERS struct holders holders = {0};
	size_t hidden = 0, ours = 0;
	struct stat info;

	assert_int_equal(fstat(null, &info), 0);
	node.major = major(info.st_rdev);
	node.minor = minor(info.st_rdev);
	assert_int_equal(processes_read(root, &nodes, &holders, &hidden), 0);
	for (size_t i = 0; i < holders.count; i++) {
		if (holders.holders[i].pid != getpid()) {
			continue;
		}
		ours++;
		assert_string_equal(holders.holders[i].node, "dri/card0");
		assert_string_equal(holders.holders[i].name, "test-host-proce");
		assert_int_equal(holders.holders[i].kind, HOLDER_PROCESS);
	}
	assert_int_equal(ours, 1);
}

static void links_of_a_captured_process_are_never_followed(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	struct node node = {.major = 1, .minor = 3, .name = "dri/card0"};
	struct nodes nodes = {.nodes = &node, .count = 1};
	AUTO_HOLDERS struct holders holders = {0};
	size_t hidden = 0;

	/* /dev/null has the number 1:3 on the machine that the test runs on */
	assert_int_equal(machine_link(&snapshot.machine, "/proc/77/fd/3", "/dev/null"), 0);
	assert_int_equal(processes_read(snapshot.machine.root, &nodes, &holders, &hidden), 0);
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

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_unit_is_the_first_on_the_way_down),
		cmocka_unit_test(below_a_users_manager_the_next_is_the_users),
		cmocka_unit_test(processes_outside_of_units_have_none),
		cmocka_unit_test(a_unit_with_too_long_a_name_is_none),
		cmocka_unit_test(a_commands_name_cannot_forge_its_parent),
		cmocka_unit_test(an_open_node_is_known_by_its_number),
		cmocka_unit_test(links_of_a_captured_process_are_never_followed),
		cmocka_unit_test(a_process_that_does_not_let_us_look_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
