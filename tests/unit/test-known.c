// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/known.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEAD   "known 1 libvirt:win%2011\n"
#define DEVICE "device 0000:01:00.0 10de:2484 1458:4074 a1 88-77-66-55-44-33-22-11\n"
#define SOUND  "device 0000:01:00.1 10de:228b 1458:4074 a1 %\n"

static struct known parse(const char *text) {
	struct known known = {0};
	struct error error = {0};

	if (known_parse(text, strlen(text), &known, &error) < 0) {
		fail_msg("%s", error.text);
	}
	return known;
}

static void what_is_written_is_read_again(void **state) {
	static const char text[] = HEAD DEVICE SOUND;
	AUTO_TEXT struct text written = {0};
	struct known known = parse(text);

	assert_string_equal(known.guest, "libvirt:win 11");
	assert_int_equal(known.device_count, 2);
	assert_int_equal(known.devices[0].identity.subsystem_device, 0x4074);
	assert_string_equal(known.devices[0].identity.serial, "88-77-66-55-44-33-22-11");
	assert_int_equal(known_format(&known, &written), 0);
	assert_string_equal(written.data, text);
}

static void what_makes_no_sense_is_refused_and_changes_nothing(void **state) {
	static const char *const rows[] = {
		"",
		"\n",
		"known 1 a", /* torn */
		DEVICE,
		"known 2 a\n",
		"known 1 %\n",
		"known 1 a b\n",
		HEAD HEAD,
		HEAD "\n",
		HEAD "pop 1\n",
		HEAD "device 01:00.0 10de:2484 1458:4074 a1 %\n",
		HEAD "device 0000:01:00.0 10DE:2484 1458:4074 a1 %\n",
		HEAD "device 0000:01:00.0 10de:2484 1458:4074 a1 % x\n",
		HEAD "device 0000:01:00.0 10de:2484 1458:4074 a1\n",
		HEAD DEVICE DEVICE,
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct known known = {.device_count = 7};
		struct error error = {0};

		if (known_parse(rows[i], strlen(rows[i]), &known, &error) != -EINVAL) {
			fail_msg("taken: %s", rows[i]);
		}
		assert_int_equal(known.device_count, 7);
		assert_true(error.text[0]);
	}
}

static void more_devices_than_a_guest_can_have_are_refused(void **state) {
	AUTO_TEXT struct text text = {0};
	struct known known;

	assert_int_equal(text_add(&text, "%s", HEAD), 0);
	for (unsigned int i = 0; i <= REQUEST_DEVICES_MAX; i++) {
		assert_int_equal(
			text_add(&text, "device 0000:%02x:00.0 10de:2484 0000:0000 a1 %%\n", i), 0);
	}
	assert_int_equal(known_parse(text.data, text.length, &known, NULL), -EINVAL);
}

static void a_serial_that_cannot_be_read_today_is_kept(void **state) {
	struct known before = parse(HEAD DEVICE), now = {0};
	struct known_device device = before.devices[0];

	device.identity.serial[0] = '\0';
	assert_int_equal(known_add(&now, device.address, &device.identity, &before), 0);
	assert_string_equal(now.devices[0].identity.serial, "88-77-66-55-44-33-22-11");
	/* But not that of another device. */
	now = (struct known){0};
	device.identity.device++;
	assert_int_equal(known_add(&now, device.address, &device.identity, &before), 0);
	assert_string_equal(now.devices[0].identity.serial, "");
}

static void the_same_is_the_same_in_any_order(void **state) {
	struct known a = parse(HEAD DEVICE SOUND), b = parse(HEAD SOUND DEVICE);

	assert_true(known_same(&a, &b));
	b.devices[1].identity.serial[0] = '\0';
	assert_false(known_same(&a, &b));
	b = parse(HEAD SOUND);
	assert_false(known_same(&a, &b));
	b = parse("known 1 libvirt:other\n" DEVICE SOUND);
	assert_false(known_same(&a, &b));
	b = (struct known){0};
	assert_false(known_same(&b, &a));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(what_makes_no_sense_is_refused_and_changes_nothing),
		cmocka_unit_test(more_devices_than_a_guest_can_have_are_refused),
		cmocka_unit_test(a_serial_that_cannot_be_read_today_is_kept),
		cmocka_unit_test(the_same_is_the_same_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
