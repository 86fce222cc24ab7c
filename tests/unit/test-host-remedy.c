// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/holder/remedy.h"

#include "snapshot.h"

/* A process 812 of alice's in these units. */
static struct holder process_in(const char *unit, const char *user_unit) {
	struct holder holder = {.who.pid = 812, .who.uid = 1000, .who.user = "alice", .name = "x"};

	assert_int_equal(name_set(holder.who.unit, sizeof(holder.who.unit), unit), 0);
	assert_int_equal(
		name_set(holder.who.user_unit, sizeof(holder.who.user_unit), user_unit), 0);
	return holder;
}

static void a_process_goes_with_what_runs_it(void **state) {
	static const char *const rows[][3] = {
		{"nvidia-persistenced.service", "", "stop nvidia-persistenced.service"},
		{"session-3.scope", "",
			"end process 812, or end session 3 of alice (loginctl terminate-session "
			"3)"},
		{"user@1000.service", "pipewire.service",
			"systemctl --user stop pipewire.service as alice"},
		{"user@1000.service", "init.scope", "end process 812 of alice"},
		{"user@1000.service", "", "end process 812 of alice"},
		{"machine-a\\x2db.scope", "", "stop machine-a\\x2db.scope"},
		{"systemd-logind.service", "", "stop systemd-logind.service"},
		{"init.scope", "",
			"stop the unit that process 812 keeps it open for (systemctl shows them)"},
		{"session-.scope", "", "stop session-.scope"},
		{"", "", "end process 812"},
	};
	const struct host host = {0};
	char remedy[REMEDY_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct holder holder = process_in(rows[i][0], rows[i][1]);

		holder_remedy(&host, &holder, remedy);
		assert_string_equal(remedy, rows[i][2]);
	}
}

static void a_card_that_is_open_for_a_session_goes_with_that(void **state) {
	static const char *const units[] = {
		"systemd-logind.service", "seatd.service", "init.scope"};
	const struct host host = {0};
	char remedy[REMEDY_SIZE];

	for (size_t i = 0; i < COUNT(units); i++) {
		struct holder holder = process_in(units[i], "");

		snprintf(holder.node, sizeof(holder.node), "%s", "dri/card0");
		holder_remedy(&host, &holder, remedy);
		assert_string_equal(
			remedy, "end the login session that draws on it (loginctl shows them)");
	}
}

static void whose_it_is_may_not_be_known(void **state) {
	const struct host host = {0};
	struct holder holder = process_in("session-3.scope", "");
	char remedy[REMEDY_SIZE];

	holder.who.user[0] = '\0';
	holder_remedy(&host, &holder, remedy);
	assert_string_equal(
		remedy, "end process 812, or end session 3 (loginctl terminate-session 3)");
}

static void a_guest_is_stopped_and_not_its_unit(void **state) {
	const struct host host = {0};
	struct holder holder = process_in("100.scope", "");
	char remedy[REMEDY_SIZE];

	snprintf(holder.who.guest, sizeof(holder.who.guest), "%s", "win11");
	holder_remedy(&host, &holder, remedy);
	assert_string_equal(remedy, "stop guest win11");
}

static void what_the_display_manager_runs_goes_with_it(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("nvidia-single");
	const struct holder *holder = holder_of(&snapshot, "0000:0a:00.0", HOLDER_PROCESS, "Xorg");
	char remedy[REMEDY_SIZE], stop[REMEDY_SIZE];

	assert_non_null(holder);
	snprintf(stop, sizeof(stop), "stop %s", snapshot.host.display_manager.unit);
	holder_remedy(&snapshot.host, holder, remedy);
	assert_string_equal(remedy, stop);
}

static void what_is_no_process_is_taken_away_by_name(void **state) {
	static const struct {
		struct holder holder;
		const char *remedy;
	} rows[] = {
		{{.kind = HOLDER_MOUNT, .name = "/srv", .node = "sda1"}, "unmount /srv"},
		{{.kind = HOLDER_SWAP, .name = "sda2", .node = "sda2"},
			"run swapoff for /dev/sda2"},
		{{.kind = HOLDER_ROUTE, .name = "eno1", .node = "eno1"},
			"move the default route to another interface"},
		{{.kind = HOLDER_MOUNT, .name = "/", .node = "sda1", .root = true},
			"it has to stay with the host: choose a device in another group, or move "
			"the card to another slot"},
	};
	const struct host host = {0};
	char remedy[REMEDY_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++) {
		holder_remedy(&host, &rows[i].holder, remedy);
		assert_string_equal(remedy, rows[i].remedy);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_goes_with_what_runs_it),
		cmocka_unit_test(a_card_that_is_open_for_a_session_goes_with_that),
		cmocka_unit_test(whose_it_is_may_not_be_known),
		cmocka_unit_test(a_guest_is_stopped_and_not_its_unit),
		cmocka_unit_test(what_the_display_manager_runs_goes_with_it),
		cmocka_unit_test(what_is_no_process_is_taken_away_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
