// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/driver/stuck.h"

#include <errno.h>
#include <string.h>

#include "host/driver/flight.h"
#include "snapshot.h"

static struct machine make(void) {
	static const char text[] = "P: /devices/pci0000:00/0000:00:01.0\nE: SUBSYSTEM=pci\n";
	struct machine machine;

	assert_int_equal(machine_make(text, strlen(text), &machine), 0);
	assert_int_equal(machine_write(&machine, "proc/42/comm", "baton-writer\n"), 0);
	assert_int_equal(machine_write(&machine, "proc/42/wchan", "snd_card_disconnect_sync"), 0);
	return machine;
}

static void a_stack_is_read_from_the_inside(void **state) {
	struct stuck stuck = {0};

	stack_parse("[<0>] nv_pci_remove_helper+0x1b/0x40 [nvidia]\n"
		    "[<0>] pci_device_remove+0x3b/0xa0\n"
		    "garbage\n\n[<0>]\n[<0>] \n"
		    "[<0>] unbind_store+0xaf/0x100",
		&stuck);
	assert_int_equal(stuck.frame_count, 3);
	assert_string_equal(stuck.frames[0], "nv_pci_remove_helper");
	assert_string_equal(stuck.frames[1], "pci_device_remove");
	assert_string_equal(stuck.frames[2], "unbind_store");
}

static void a_deep_stack_is_told_by_its_top(void **state) {
	AUTO_TEXT struct text text = {0};
	struct stuck stuck = {0};

	for (int i = 0; i < 3 * STUCK_FRAMES; i++) {
		assert_int_equal(text_add(&text, "[<0>] f%d+0x1/0x2\n", i), 0);
	}
	stack_parse(text.data, &stuck);
	assert_int_equal(stuck.frame_count, STUCK_FRAMES);
	assert_string_equal(stuck.frames[0], "f0");
}

/* Without root the stack is not shown, and on some kernels it never is. */
static void without_a_stack_there_is_where_it_sleeps(void **state) {
	AUTO_MACHINE struct machine machine = make();
	struct stuck stuck;

	assert_int_equal(stuck_read(machine.root, 42, &stuck), 0);
	assert_int_equal(stuck.pid, 42);
	assert_string_equal(stuck.command, "baton-writer");
	assert_int_equal(stuck.frame_count, 1);
	assert_string_equal(stuck.frames[0], "snd_card_disconnect_sync");
	assert_int_equal(stuck.holder.who.pid, 0);
	assert_int_equal(stuck_read(machine.root, 43, &stuck), -ESRCH);
}

static void who_has_a_sound_card_open_that_has_gone_is_found(void **state) {
	AUTO_MACHINE struct machine machine = make();
	struct stuck stuck;

	assert_int_equal(machine_write(&machine, "proc/7/comm", "sh\n"), 0);
	assert_int_equal(machine_link(&machine, "proc/7/fd/3", "/dev/snd/controlC1"), 0);
	assert_int_equal(machine_write(&machine, "proc/812/comm", "pipewire\n"), 0);
	assert_int_equal(machine_link(&machine, "proc/812/fd/3", "/dev/snd/pcmC0D0p (deleted)"), 0);
	assert_int_equal(machine_write(&machine, "proc/9/comm", "other\n"), 0);
	assert_int_equal(machine_link(&machine, "proc/9/fd/3", "/dev/dri/card0 (deleted)"), 0);
	assert_int_equal(stuck_read(machine.root, 42, &stuck), 0);
	assert_int_equal(stuck.holder.who.pid, 812);
	assert_string_equal(stuck.holder.name, "pipewire");
	assert_string_equal(stuck.holder.node, "snd/pcmC0D0p");
}

static void a_thread_that_waits_in_a_call_says_with_what(void **state) {
	struct syscall call = {0};

	assert_int_equal(
		syscall_parse("1 0x1 0x55d2f0c3a2a0 0xd 0x0 0x0 0x0 0x7ffd00 0x7f0010", &call), 0);
	assert_int_equal(call.number, 1);
	assert_int_equal(call.arguments[0], 1);
	assert_true(call.arguments[1] == 0x55d2f0c3a2a0);
	assert_int_equal(call.arguments[2], 13);
	assert_int_equal(syscall_parse("running", &call), -ENOENT);
	assert_int_equal(syscall_parse("-1 0x7ffd00 0x7f0010", &call), -ENOENT);
	assert_int_equal(syscall_parse("", &call), -ENOENT);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_is_read_from_the_inside),
		cmocka_unit_test(a_deep_stack_is_told_by_its_top),
		cmocka_unit_test(without_a_stack_there_is_where_it_sleeps),
		cmocka_unit_test(who_has_a_sound_card_open_that_has_gone_is_found),
		cmocka_unit_test(a_thread_that_waits_in_a_call_says_with_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
