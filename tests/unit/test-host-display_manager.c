// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "snapshot.h"

static bool ends_with_it(const struct snapshot *snapshot, const char *device, const char *name) {
	const struct holder *holder = holder_of(snapshot, device, HOLDER_PROCESS, name);

	assert_non_null(holder);
	return holder_of_display_manager(&snapshot->host, holder);
}

static void the_unit_stands_at_the_end_of_the_alias(void **state) {
	static const char *const machines[][2] = {
		{"nvidia-single", "lightdm.service"},
		{"amd-desktop", "gdm.service"}, /* by way of gdm3.service */
		{"laptop-two-gpus", "sddm.service"},
		{"proxmox-server", ""},
	};

	for (size_t i = 0; i < COUNT(machines); i++) {
		AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take(machines[i][0]);

		assert_string_equal(snapshot.host.display_manager.unit, machines[i][1]);
	}
}

static void an_unusual_alias_is_understood(void **state) {
	static const char alias[] = "/etc/systemd/system/display-manager.service";
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("no-iommu");
	const char *unit = snapshot.host.display_manager.unit;

	/* masked */
	assert_int_equal(machine_link(&snapshot.machine, alias, "/dev/null"), 0);
	snapshot_read(&snapshot);
	assert_string_equal(unit, "");
	/* dangling: a unit that systemd makes of a script has no file */
	assert_int_equal(machine_remove(&snapshot.machine, alias), 0);
	assert_int_equal(machine_link(&snapshot.machine, alias, "/run/x/wdm.service"), 0);
	snapshot_read(&snapshot);
	assert_string_equal(unit, "wdm.service");
	/* a unit of that very name, as on openSUSE */
	assert_int_equal(machine_remove(&snapshot.machine, alias), 0);
	assert_int_equal(machine_write(&snapshot.machine,
				 "/usr/lib/systemd/system/display-manager.service", "[Unit]\n"),
		0);
	snapshot_read(&snapshot);
	assert_string_equal(unit, "display-manager.service");
	/* a circle */
	assert_int_equal(machine_link(&snapshot.machine, alias, "a.service"), 0);
	assert_int_equal(
		machine_link(&snapshot.machine, "/etc/systemd/system/a.service", "b.service"), 0);
	assert_int_equal(
		machine_link(&snapshot.machine, "/etc/systemd/system/b.service", "a.service"), 0);
	snapshot_read(&snapshot);
	assert_string_equal(unit, "");
}

static void what_runs_in_the_unit_or_its_sessions_ends_with_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	assert_true(ends_with_it(&snapshot, "0000:0a:00.0", "Xorg"));
	assert_true(ends_with_it(&snapshot, "0000:0a:00.0", "xfwm4"));
	assert_false(ends_with_it(&snapshot, "0000:0a:00.0", "nvidia-persiste"));
	assert_true(host_display_manager_holds(&snapshot.host, address_of("0000:0a:00.0")));
	assert_false(host_display_manager_holds(&snapshot.host, address_of("0000:0a:00.2")));
}

static void a_user_manager_ends_with_the_last_session_of_its_user(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	assert_true(ends_with_it(&snapshot, "0000:03:00.0", "gnome-shell"));
	assert_true(ends_with_it(&snapshot, "0000:03:00.1", "pipewire"));
	assert_true(host_display_manager_holds(&snapshot.host, address_of("0000:03:00.1")));
}

static void a_second_session_keeps_the_sound_server_and_not_the_desktop(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	assert_int_equal(machine_write(&snapshot.machine, "/run/systemd/sessions/9",
				 "UID=1000\nUSER=ada\nCLASS=user\nLEADER=1900\n"),
		0);
	snapshot_read(&snapshot);
	assert_true(ends_with_it(&snapshot, "0000:03:00.0", "gnome-shell"));
	assert_false(ends_with_it(&snapshot, "0000:03:00.1", "pipewire"));
}

static void lingering_keeps_the_sound_server_too(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	assert_int_equal(machine_write(&snapshot.machine, "/var/lib/systemd/linger/ada", ""), 0);
	snapshot_read(&snapshot);
	assert_true(ends_with_it(&snapshot, "0000:03:00.0", "gnome-shell"));
	assert_false(ends_with_it(&snapshot, "0000:03:00.1", "pipewire"));
}

static void logind_holds_a_card_for_the_session_that_has_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");

	assert_true(ends_with_it(&snapshot, "0000:03:00.0", "systemd-logind"));
	/* the session on the card is nobody's but logind's now: stopping gdm would not free it */
	assert_int_equal(machine_remove(&snapshot.machine, "/proc/1400"), 0);
	snapshot_read(&snapshot);
	assert_false(ends_with_it(&snapshot, "0000:03:00.0", "systemd-logind"));
	assert_false(host_display_manager_holds(&snapshot.host, address_of("0000:03:00.0")));
}

static void a_session_that_another_opened_is_not_the_display_managers(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	/* the leader was started by a getty now */
	assert_int_equal(
		machine_write(&snapshot.machine, "/proc/900/stat", "900 (login) S 1 900 900\n"), 0);
	snapshot_read(&snapshot);
	assert_false(ends_with_it(&snapshot, "0000:0a:00.0", "xfwm4"));
	assert_true(ends_with_it(&snapshot, "0000:0a:00.0", "Xorg"));
}

static void parents_in_a_circle_end(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");

	assert_int_equal(
		machine_write(&snapshot.machine, "/proc/900/stat", "900 (x) S 950 900 900\n"), 0);
	assert_int_equal(
		machine_write(&snapshot.machine, "/proc/950/stat", "950 (x) S 900 950 950\n"), 0);
	snapshot_read(&snapshot);
	assert_false(ends_with_it(&snapshot, "0000:0a:00.0", "xfwm4"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_unit_stands_at_the_end_of_the_alias),
		cmocka_unit_test(an_unusual_alias_is_understood),
		cmocka_unit_test(what_runs_in_the_unit_or_its_sessions_ends_with_it),
		cmocka_unit_test(a_user_manager_ends_with_the_last_session_of_its_user),
		cmocka_unit_test(a_second_session_keeps_the_sound_server_and_not_the_desktop),
		cmocka_unit_test(lingering_keeps_the_sound_server_too),
		cmocka_unit_test(logind_holds_a_card_for_the_session_that_has_it),
		cmocka_unit_test(a_session_that_another_opened_is_not_the_display_managers),
		cmocka_unit_test(parents_in_a_circle_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
