// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "snapshot.h"

static void consoles_go_by_their_own_names(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("bridge-in-group");

	assert_int_equal(snapshot.host.console_count, 2);
	assert_string_equal(snapshot.host.consoles[0].name, "VGA+");
	assert_false(snapshot.host.consoles[0].bound);
	assert_string_equal(snapshot.host.consoles[1].name, "frame buffer device");
	assert_string_equal(snapshot.host.consoles[1].directory, "vtcon1");
	assert_true(snapshot.host.consoles[1].bound);
}

static void a_console_may_have_any_number(void **state) {
	static const char text[] = "D: /sys/bus/pci/devices\n"
				   "\n"
				   "P: /devices/virtual/vtconsole/vtcon7\n"
				   "E: SUBSYSTEM=vtconsole\n"
				   "A: name=(M) frame buffer device\n"
				   "A: bind=1\n"
				   "\n"
				   "P: /devices/virtual/vtconsole/vtcon3\n"
				   "E: SUBSYSTEM=vtconsole\n"
				   "A: name=unmarked\n"
				   "\n"
				   "P: /devices/virtual/vtconsole/vtcon4\n"
				   "E: SUBSYSTEM=vtconsole\n";
	AUTO_SNAPSHOT struct snapshot snapshot = {0};

	assert_int_equal(machine_make(text, strlen(text), &snapshot.machine), 0);
	snapshot_read(&snapshot);
	/* vtcon4 went away while it was looked at: it has no name any more */
	assert_int_equal(snapshot.host.console_count, 2);
	assert_string_equal(snapshot.host.consoles[0].name, "unmarked");
	assert_false(snapshot.host.consoles[0].bound);
	assert_string_equal(snapshot.host.consoles[1].directory, "vtcon7");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consoles_go_by_their_own_names),
		cmocka_unit_test(a_console_may_have_any_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
