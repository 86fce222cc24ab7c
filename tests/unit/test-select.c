// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/select.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine.h"

/* A machine with a card and with guests that cannot be read, as when /etc/pve is not mounted. */
static struct session make_session(struct machine *machine) {
	struct session session = {.owner = CONFIGURATION_OWNER_ANY};

	assert_int_equal(machine_make("", 0, machine), 0);
	assert_int_equal(machine_write(machine, "/etc/baton/baton.conf",
				 "[card gaming]\naddress = 0000:01:00\n"),
		0);
	assert_int_equal(machine_write(machine, "/etc/pve/qemu-server", "no directory"), 0);
	session.root = machine->root;
	session.configuration = calloc(1, sizeof(*session.configuration));
	assert_non_null(session.configuration);
	assert_int_equal(
		configuration_read(machine->root, session.owner, NULL, session.configuration, NULL),
		0);
	return session;
}

static void guests_that_cannot_be_read_keep_no_card_from_coming_home(void **state) {
	AUTO_MACHINE struct machine machine = {.root = -1};
	struct session session = make_session(&machine);
	struct definition guest;
	struct error error = {0};

	assert_int_equal(select_guest(&session, "gaming", &guest, &error), 0);
	assert_int_equal(select_guest(&session, "01:00.0", &guest, &error), 0);
	assert_int_equal(select_guest(&session, "100", &guest, &error), -ENOTDIR);
	assert_int_equal(machine_remove(&machine, "/etc/pve"), 0);
	assert_int_equal(
		machine_write(&machine, "/etc/pve/qemu-server/100.conf", "name: gaming\n"), 0);
	assert_int_equal(select_guest(&session, "gaming", &guest, &error), -EINVAL);
	assert_int_equal(select_guest(&session, "100", &guest, &error), 1);
	free(session.configuration);
}

static void a_word_with_a_door_is_a_guest(void **state) {
	assert_true(select_is_guest("libvirt:win 11"));
	assert_true(select_is_guest("hand:0000:01:00.0"));
	assert_true(select_is_guest("rehearsal:0000:01:00.0"));
	assert_false(select_is_guest("0000:01:00.0"));
	assert_false(select_is_guest("libvirt"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_that_cannot_be_read_keep_no_card_from_coming_home),
		cmocka_unit_test(a_word_with_a_door_is_a_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
