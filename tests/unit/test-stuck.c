// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/stuck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEVICE "0000:01:00.1"

static struct holder holder_of(int pid, const char *name, const char *node) {
	struct holder holder = {.kind = HOLDER_PROCESS, .who.pid = pid};

	assert_int_equal(address_parse(DEVICE, &holder.device), 0);
	strcpy(holder.name, name);
	strcpy(holder.node, node);
	return holder;
}

static void explain(const struct stuck *stuck, const struct holder *holders, size_t count,
	const char *expected) {
	AUTO_TEXT struct text text = {0};

	assert_int_equal(stuck_explain(stuck, DEVICE, holders, count, &text), 0);
	assert_string_equal(text.data, expected);
}

static void a_known_function_is_told_in_words(void **state) {
	const struct stuck sound = {
		.frames = {"snd_card_disconnect_sync", "snd_card_free", "azx_remove"},
		.frame_count = 3,
		.holder = holder_of(812, "pipewire", "snd/pcmC0D0p")};
	const struct stuck vfio = {
		.frames = {"vfio_unregister_group_dev", "vfio_pci_remove"}, .frame_count = 2};

	explain(&sound, NULL, 0,
		"waits until nobody has the sound card open any more: pipewire (process 812) has "
		"/dev/snd/pcmC0D0p open");
	explain(&vfio, NULL, 0, "waits until the guest that has the device lets go of it");
}

static void an_unknown_function_is_named_with_who_has_the_device_open(void **state) {
	const struct stuck stuck = {
		.frames = {"foo_wait", "foo_remove", "pci_device_remove"}, .frame_count = 3};
	const struct stuck blind = {.frames = {"foo_wait"}, .frame_count = 1};
	const struct holder holders[] = {
		holder_of(7, "sh", "foo0"),
		holder_of(7, "sh", "foo1"),
		holder_of(9, "top", "foo0"),
		{.kind = HOLDER_MOUNT, .device = holders[0].device, .name = "/srv"},
		{.kind = HOLDER_PROCESS, .who.pid = 10, .name = "of another device"},
	};

	explain(&stuck, holders, COUNT(holders),
		"waits in the kernel's foo_wait, called by foo_remove: sh (process 7) has "
		"/dev/foo0 open, top (process 9) has /dev/foo0 open");
	explain(&blind, NULL, 0, "waits in the kernel's foo_wait");
	explain(&(struct stuck){0}, NULL, 0, "waits for something that the kernel does not tell");
}

/* Every remove is called by it: only who sleeps in it waits for the lock. */
static void the_devices_lock_is_waited_for_only_innermost(void **state) {
	const struct stuck lock = {
		.frames = {"device_release_driver_internal", "unbind_store"}, .frame_count = 2};
	const struct stuck below = {
		.frames = {"foo_wait", "foo_remove", "device_release_driver_internal"},
		.frame_count = 3};

	explain(&lock, NULL, 0, "waits for another bind or unbind of the device");
	explain(&below, NULL, 0, "waits in the kernel's foo_wait, called by foo_remove");
}

static void a_flight_names_who_is_at_it(void **state) {
	struct device device = {.name = DEVICE};
	struct flight flight = {
		.stuck = {.pid = 12, .command = "sh", .frames = {"foo_wait"}, .frame_count = 1}};
	struct host host = {.devices = &device, .device_count = 1, .flights = &flight};
	AUTO_TEXT struct text unknown = {0}, known = {0};

	assert_int_equal(address_parse(DEVICE, &device.address), 0);
	flight.device = device.address;
	assert_int_equal(flight_explain(&host, &device, &unknown), 0);
	assert_string_equal(unknown.data, "the kernel is still busy binding or unbinding it");
	host.flight_count = 1;
	assert_int_equal(flight_explain(&host, &device, &known), 0);
	assert_string_equal(known.data,
		"sh (process 12) is binding or unbinding it, and waits in the kernel's foo_wait");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_function_is_told_in_words),
		cmocka_unit_test(an_unknown_function_is_named_with_who_has_the_device_open),
		cmocka_unit_test(the_devices_lock_is_waited_for_only_innermost),
		cmocka_unit_test(a_flight_names_who_is_at_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
