// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/process.h"

#include <errno.h>
#include <string.h>

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

/* They have service managers of their own, whose units are called as ours are. */
static void what_runs_in_a_container_is_in_none_of_our_units(void **state) {
	static const char *const cgroups[] = {"0::/lxc/101/ns/system.slice/jellyfin.service\n",
		"0::/lxc.payload.c1/user.slice/user-1000.slice/user@1000.service/app.slice/x.service",
		"0::/lxc/101/ns/init.scope\n"};
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

static void reads_when_a_process_started(void **state) {
	uint64_t start = 0;

	assert_int_equal(stat_start_parse("12 (a) S 3) S 7 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 "
					  "0 98765 9 9",
				 &start),
		0);
	assert_int_equal(start, 98765);
	assert_int_equal(
		stat_start_parse("702 (x) S 1 702 702 0 -1 4194560 0 0 0 0", &start), -EINVAL);
	assert_int_equal(stat_start_parse("12 (a", &start), -EINVAL);
}

static void a_thread_of_the_kernel_is_told_by_its_flags(void **state) {
	assert_true(stat_is_kernel_thread("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0"));
	assert_false(stat_is_kernel_thread("1 (init) S 0 1 1 0 -1 4194560 0 0 0"));
	assert_false(stat_is_kernel_thread("1 (x) 2 (k) S 0 0 0 0"));
	assert_false(stat_is_kernel_thread(""));
}

/* Whoever it is: the parts that can be read. */
int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_unit_is_the_first_on_the_way_down),
		cmocka_unit_test(below_a_users_manager_the_next_is_the_users),
		cmocka_unit_test(processes_outside_of_units_have_none),
		cmocka_unit_test(what_runs_in_a_container_is_in_none_of_our_units),
		cmocka_unit_test(a_unit_with_too_long_a_name_is_none),
		cmocka_unit_test(a_commands_name_cannot_forge_its_parent),
		cmocka_unit_test(reads_when_a_process_started),
		cmocka_unit_test(a_thread_of_the_kernel_is_told_by_its_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
